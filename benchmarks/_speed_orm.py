"""The script that many write first: the vendor's SDK and its models, each record merged by an ORM. `HOST TOKEN DATABASE FIELDS`."""

import sys

from hubspot import HubSpot
from sqlalchemy import Column, DateTime, String, Table, create_engine, func, select
from sqlalchemy.orm import Session, registry


class Contact:
    """A row; mapped below to a column per field."""


def main(host: str, token: str, database: str, fields: str) -> None:
    """Read all contacts; prints how many are stored."""
    names, mapper = fields.split(","), registry()
    columns = [Column(name, String) for name in names]
    updated = Column("updated_at", DateTime(timezone=True), index=True)
    table = Table("contacts", mapper.metadata, Column("id", String, primary_key=True), *columns, updated)
    mapper.map_imperatively(Contact, table)
    engine = create_engine(database)
    mapper.metadata.create_all(engine)
    api = HubSpot(access_token=token, host=host).crm.contacts.basic_api
    after = None
    while True:
        page = api.get_page(limit=100, after=after, properties=names)
        with Session(engine) as session:
            for found in page.results:
                contact = Contact()
                for name in names:
                    setattr(contact, name, found.properties.get(name))
                contact.id, contact.updated_at = found.id, found.updated_at  # type: ignore[attr-defined]
                session.merge(contact)
            session.commit()
        if page.paging is None:
            break
        after = page.paging.next.after
    with Session(engine) as session:
        print(session.scalar(select(func.count()).select_from(table)))


if __name__ == "__main__":
    main(*sys.argv[1:5])
