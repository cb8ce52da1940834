"""A small application behind the real server: `python -m tests.journeys.door PORT`."""

import os
import sys

from flask import Flask, Response, request

from portal.kernel.serving import serve

MOST, PROCESSES = 200_000, 2
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = MOST
PIECE, PIECES = b"x" * 64 * 1024, 160
closed = []


@app.get("/healthz")
def healthz():
    return {"pid": os.getpid(), "closed": len(closed)}


@app.post("/upload")
def upload():
    return {"bytes": len(request.get_data())}


@app.get("/long")
def long():
    response = Response((PIECE for _ in range(PIECES)), mimetype="application/octet-stream")
    response.call_on_close(lambda: closed.append(True))
    return response


@app.get("/told/<path:rest>")
def told(rest):
    response = Response(rest)
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    response.headers["X-Forged"] = request.headers.get("X-Forged", "no")
    response.headers["X-Who"] = request.remote_addr or ""
    return response


def broken(environ, start):
    """An application that breaks where Flask would not."""
    if environ["PATH_INFO"] == "/broken":
        raise RuntimeError
    return whole(environ, start)


whole = app.wsgi_app
app.wsgi_app = broken

if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=int(sys.argv[1]), most=MOST, processes=PROCESSES)
