"""The company's books: one SQLite file, written by one thread at a time."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

TABLES = """
CREATE TABLE IF NOT EXISTS things (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS letters (
    number INTEGER PRIMARY KEY, company TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL,
    due REAL NOT NULL, tries INTEGER NOT NULL, ended INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL);
"""
COUNT = """
INSERT INTO counts VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1 RETURNING count
"""


class Letter(NamedTuple):
    """A notice on its way."""

    number: int
    company: str
    url: str
    body: str
    tries: int


class Store:
    def __init__(self, file: Path | None = None) -> None:
        where = ":memory:" if file is None else str(file)
        # Autocommit: what belongs together says so with `together`.
        self.line = sqlite3.connect(where, check_same_thread=False, isolation_level=None)
        self.lock = RLock()
        self.line.executescript(TABLES)

    def close(self) -> None:
        with self.lock:
            self.line.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All of it or nothing, and nobody else meanwhile."""
        with self.lock:
            if self.line.in_transaction:
                yield
                return
            self.line.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.line.execute("ROLLBACK")
                raise
            self.line.execute("COMMIT")

    def put(self, kind: str, thing: dict[str, Any]) -> None:
        """Keep a thing, or what became of it."""
        with self.lock:
            self.line.execute(
                "INSERT INTO things (id, kind, body) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (thing["id"], kind, json.dumps(thing)),
            )

    def get(self, kind: str, thing_id: str) -> dict[str, Any] | None:
        wanted = "SELECT body FROM things WHERE id = ? AND kind = ?"
        with self.lock:
            row = self.line.execute(wanted, (thing_id, kind)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The oldest first."""
        wanted = "SELECT body FROM things WHERE kind = ? ORDER BY number"
        with self.lock:
            rows = self.line.execute(wanted, (kind,)).fetchall()
        return [json.loads(row[0]) for row in rows]

    def count(self, name: str) -> int:
        """The how-manieth time this is asked for a name, from 1."""
        with self.lock:
            return int(self.line.execute(COUNT, (name,)).fetchone()[0])

    def answer(self, key: str) -> tuple[str, int, str] | None:
        """What was asked and answered under an idempotency key."""
        wanted = "SELECT asked, status, body FROM answers WHERE key = ?"
        with self.lock:
            row: tuple[str, int, str] | None = self.line.execute(wanted, (key,)).fetchone()
        return row

    def keep_answer(self, key: str, asked: str, status: int, body: str) -> None:
        with self.lock:
            self.line.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, asked, status, body))

    def post(self, company: str, url: str, body: str, due: float) -> None:
        made = "INSERT INTO letters (company, url, body, due, tries, ended) VALUES (?,?,?,?,0,0)"
        with self.lock:
            self.line.execute(made, (company, url, body, due))

    def letters(self, until: float | None = None) -> list[Letter]:
        """Those that wait, in the order in which they go; up to a moment, if one is named."""
        wanted = (
            "SELECT number, company, url, body, tries FROM letters"
            " WHERE ended = 0 AND due <= ? ORDER BY due, number"
        )
        with self.lock:
            rows = self.line.execute(wanted, (float("inf") if until is None else until,))
            return [Letter(*row) for row in rows.fetchall()]

    def posted(self, number: int, *, ended: bool, due: float) -> None:
        """It was tried once more: it has ended, or is tried again then."""
        told = "UPDATE letters SET tries = tries + 1, ended = ?, due = ? WHERE number = ?"
        with self.lock:
            self.line.execute(told, (int(ended), due, number))
