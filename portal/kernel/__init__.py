"""The ground floor: settings, database, keys, events, jobs, the outside world. No room, no page."""
