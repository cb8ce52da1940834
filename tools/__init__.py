"""What `make` runs beside the portal: reports on the code, catalogues, pictures, measurements."""
