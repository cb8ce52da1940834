"""The demo world: areas, people, published services, and a department that answers."""
