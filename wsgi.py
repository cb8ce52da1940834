"""The application for any WSGI server: `gunicorn wsgi:application` behind a proxy that buffers."""

from portal.app import create_app

application = create_app()
