"""Who may write to a project, as what, and the token by which each is known."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from textmine.annotations.events import check_name, utc_now
from textmine.annotations.schema import ANNOTATORS
from textmine.errors import InputError

#: What somebody can be in a project: who reads, who settles differences, who answers and rules.
PEOPLE_ROLES = ("annotator", "adjudicator", "owner")
REVOKED = "revoked"


@dataclass(frozen=True)
class Annotator:
    """Somebody who works on a project."""

    name: str
    role: str

    @property
    def active(self) -> bool:
        """Whether this person may still work on it."""
        return self.role != REVOKED


def add_person(connection: Connection, project: str, name: str, role: str) -> str:
    """Register somebody and give the token to send them; only a hash of it is kept.

    Raises ``InputError`` for a name that cannot be, or is there already, and for an unknown role.
    """
    check_name(name)
    if role not in PEOPLE_ROLES:
        raise InputError(f"No role {role!r}. Choose one of {', '.join(PEOPLE_ROLES)}.")
    if any(person.name == name for person in list_people(connection, project)):
        raise InputError(f"{name!r} is an annotator of this project already. Give another name.")
    token = secrets.token_urlsafe(32)
    row = {"project": project, "name": name, "role": role, "added": utc_now()}
    connection.execute(ANNOTATORS.insert().values(**row, token_sha256=hash_token(token)))
    return token


def restore_person(connection: Connection, project: str, person: Annotator) -> bool:
    """Register somebody from a file, without a token, unless they are there; whether they were new."""
    check_name(person.name)
    if person.role not in (*PEOPLE_ROLES, REVOKED):
        raise InputError(f"No role {person.role!r}. Choose one of {', '.join(PEOPLE_ROLES)}.")
    if any(known.name == person.name for known in list_people(connection, project)):
        return False
    row = {"project": project, "name": person.name, "role": person.role, "added": utc_now()}
    connection.execute(ANNOTATORS.insert().values(**row))
    return True


def change_person(connection: Connection, project: str, name: str, *, role: str | None = None) -> str:
    """Give somebody a new token (the old one ends) and, if wanted, another role; 'revoked' ends both."""
    token = secrets.token_urlsafe(32)
    values: dict[str, str | None] = {"token_sha256": None if role == REVOKED else hash_token(token)}
    if role is not None:
        values["role"] = role
    mine = (ANNOTATORS.c.project == project, ANNOTATORS.c.name == name)
    if not connection.execute(ANNOTATORS.update().where(*mine).values(**values)).rowcount:
        known = ", ".join(person.name for person in list_people(connection, project))
        raise InputError(f"No annotator {name!r} in this project. There are: {known or 'none'}.")
    return token


def change_role(connection: Connection, project: str, name: str, role: str) -> None:
    """Give somebody another role; their link stays as it is. Raises ``InputError`` for what is not there."""
    if role not in PEOPLE_ROLES:
        raise InputError(f"No role {role!r}. Choose one of {', '.join(PEOPLE_ROLES)}.")
    mine = (ANNOTATORS.c.project == project, ANNOTATORS.c.name == name)
    if not connection.execute(ANNOTATORS.update().where(*mine).values(role=role)).rowcount:
        known = ", ".join(person.name for person in list_people(connection, project))
        raise InputError(f"No annotator {name!r} in this project. There are: {known or 'none'}.")


def list_people(connection: Connection, project: str) -> list[Annotator]:
    """Everybody registered, by name; whose access was ended has the role 'revoked'."""
    query = sa.select(ANNOTATORS.c.name, ANNOTATORS.c.role).where(ANNOTATORS.c.project == project)
    return [Annotator(name, role) for name, role in connection.execute(query.order_by(ANNOTATORS.c.name))]


def find_person(connection: Connection, project: str, token: str) -> Annotator | None:
    """Whose token this is, or None for a forged or ended one."""
    query = sa.select(ANNOTATORS.c.name, ANNOTATORS.c.role).where(
        ANNOTATORS.c.project == project, ANNOTATORS.c.token_sha256 == hash_token(token)
    )
    row = connection.execute(query).first()
    return None if row is None or row.role == REVOKED else Annotator(row.name, row.role)


def hash_token(token: str) -> str:
    """The hash under which a token is kept; tokens are long and random, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
