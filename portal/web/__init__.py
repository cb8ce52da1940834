"""The public shell: pages under their language, access guards, safety headers, error pages."""
