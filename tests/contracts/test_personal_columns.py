"""Every column of every table: sealed, keyed, of a kind that tells nothing, or excused by name."""

import pytest
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Uuid

from portal.app import rooms
from portal.kernel.db import APPEND_ONLY, Base
from portal.registry.vocabulary import PERSONAL_CLASSES

PLAIN = (Uuid, DateTime, Date, Integer, BigInteger, Boolean)
PUBLIC = "published for everybody to read"
CODE = "a code of ours, one of a few"
SLUG = "the name of a service or provider in addresses"
MONEY = "the code of a currency"
RANDOM = "a random name, which tells nothing"
SEALED_BY_RING = "sealed by a key of the keyring"
THEIRS = "a gateway's own name for an order, a notice or a refund; it is asked to hold no more"
HASH = "a hash of a random token or of published text"
POST = "a post that the provider declares"
STAGE = "a code that the service declares"
AREA = "the code of a published area"
ACTOR = "an id, or the name of a part of the house"
CLIENT = "what a provider publishes about its own site or app"
# table -> column -> why it may stand there as it is. `*` excuses a whole table.
EXCUSED = {
    "alarms": {
        "what": CODE,
        "token_hash": HASH,
    },
    "api_calls": {
        "provider_slug": SLUG,
        "label": "what the integrator calls a program; no person is asked",
        "method": CODE,
        "route": "the rule of the address, never its values",
        "incident": RANDOM,
    },
    "api_days": {"provider_slug": SLUG},
    "api_tokens": {
        "token_hash": HASH,
        "provider_slug": SLUG,
        "label": "what the integrator calls a program; no person is asked",
        "scopes": CODE,
    },
    "applications": {
        "reference": "a random name for the application, which tells nothing",
        "provider_slug": SLUG,
        "service_slug": SLUG,
        "language": CODE,
        "state": CODE,
        "stage": STAGE,
        "fee_currency": CODE,
        "case_number": "the provider's own number of the case; it is asked to hold no more",
        "asked": "names of questions, never answers",
        "acted_as": CODE,
        "area": AREA,
        "post": POST,
    },
    "appeals": {
        "provider_slug": SLUG,
        "ground": CODE,
        "post": POST,
        "state": CODE,
        "asked_as": CODE,
        "asked_by": "an id",
    },
    "areas": {"*": PUBLIC},
    "areas_edition": {"*": PUBLIC},
    "attempts": {"key": "a keyed hash of what is counted"},
    "audit_entries": {
        "actor": "an id, or the name of a part of the house",
        "act": CODE,
        "about": "a kind and an id",
        "why": CODE,
        "hash": HASH,
    },
    "bill_lookups": {"provider_slug": SLUG},
    "bill_watches": {"provider_slug": SLUG, "dues": "days on which bills fall due"},
    "bills": {"provider_slug": SLUG, "currency": MONEY, "state": CODE},
    "case_marks": {"question": "the name of a question, never an answer"},
    "case_messages": {"side": CODE, "author": CODE, "author_id": "an id"},
    "bundles": {"life_event": SLUG, "title": PUBLIC},
    "case_pauses": {"reason": CODE},
    "case_proposals": {"act": CODE},
    "case_readings": {"side": CODE},
    "case_records": {"stage": STAGE},
    "case_referrals": {
        "provider_slug": SLUG,
        "fields": "names of questions, never answers",
        "state": CODE,
    },
    "desk_views": {"name": "an officer's own name for a filter", "query": "codes of a filter"},
    "catalogue_entries": {"*": PUBLIC},
    "catalogue_stamp": {"*": PUBLIC},
    "catalogue_vocabulary": {"*": PUBLIC},
    "catalogue_words": {"*": PUBLIC},
    "consents": {
        "provider_slug": SLUG,
        "service_slug": SLUG,
        "fields": "names of questions, never answers",
        "shown": "the published words of the service",
    },
    "deliveries": {
        "provider_slug": SLUG,
        "reference": "a random name for the application, which tells nothing",
        "type": CODE,
        "state": CODE,
        "waits": CODE,
    },
    "delivery_attempts": {
        "provider_slug": SLUG,
        "url": "a department's address",
        "sent": "the headers that were sent: ids, times and signatures",
        "error": CODE,
        "detail": "what the connection said, such as a refused certificate",
    },
    "disclosures": {
        "provider_slug": SLUG,
        "fields": "names of questions, never answers",
        "channel": CODE,
    },
    "document_ends": {"how": CODE},
    "document_keys": {
        "issuer": SLUG,
        "key_id": CODE,
        "sealed": "a private key, sealed by the keyring",
        "certificate": PUBLIC,
        "public": PUBLIC,
    },
    "documents": {
        "number": RANDOM,
        "issuer": SLUG,
        "slug": SLUG,
        "names": "how the issuer and the kind of document are called",
        "sha256": "of a file with a random number in it",
    },
    "draft_checks": {"outcome": CODE},
    "drafts": {"purpose": "the service, or the id of an application"},
    "emergencies": {
        "provider": SLUG,
    },
    "failures": {
        "key": "a keyed hash of what is counted",
    },
    "fee_quotes": {"currency": MONEY},
    "files": {"type": CODE, "state": CODE},
    "given_answers": {
        "key": "a random text of a department's program",
        "digest": "a hash of a department's call, for one day",
        "body": "reference, state, stage and due day",
    },
    "held_posts": {
        "token_hash": HASH,
    },
    "invitations": {
        "token_hash": HASH,
        "role": CODE,
        "provider": SLUG,
        "area": AREA,
        "category": CODE,
        "post": POST,
        "invited_by": ACTOR,
    },
    "inbox_notices": {"key": "a kind and ids", "kind": CODE, "waits": CODE},
    "issued_documents": {"type": CODE, "kind": SLUG},
    "joining_codes": {
        "filled": "names of details, never answers",
    },
    "ledger_accounts": {"kind": CODE, "owner": "a provider or a gateway", "currency": MONEY},
    "ledger_entries": {"currency": MONEY},
    "ledger_transactions": {"kind": CODE},
    "lookups_made": {"provider_slug": SLUG},
    "letters": {"kind": CODE, "titles": PUBLIC, "texts": PUBLIC, "state": CODE},
    "linked_identities": {
        "provider": SLUG,
    },
    "mandates": {
        "kind": CODE,
        "services": "names of services",
        "needs": CODE,
        "code_hash": HASH,
        "centre": "the short name of a service centre",
        "slip_number": RANDOM,
    },
    "messages": {
        "key": "a kind and ids",
        "language": CODE,
        "state": CODE,
        "error": CODE,
        "channel": CODE,
        "kind": CODE,
        "their_id": "what a company calls the message",
    },
    "notice_choices": {"chosen": "kinds and ways of messages", "digest": CODE},
    "notice_sendings": {
        "kind": CODE,
        "way": CODE,
        "name": "a kind and ids",
        "state": CODE,
    },
    "number_releases": {
        "token_hash": HASH,
        "language": CODE,
    },
    "oauth_clients": {
        "provider_slug": SLUG,
        "name": CLIENT,
        "kind": CODE,
        "website": CLIENT,
        "purpose": CLIENT,
        "redirect_uris": CLIENT,
        "scopes": CODE,
        "needed": CODE,
        "state": CODE,
    },
    "oauth_codes": {
        "code_hash": HASH,
        "redirect_uri": CLIENT,
        "challenge": HASH,
        "nonce": "what the client sent to know its answer by",
        "scopes": CODE,
        "how": CODE,
    },
    "oauth_consents": {
        "scopes": CODE,
        "asked": CODE,
        "claims": "names of details, never values",
    },
    "oauth_keys": {
        "key_id": RANDOM,
        "sealed": SEALED_BY_RING,
        "public": PUBLIC,
    },
    "oauth_secrets": {
        "secret_hash": HASH,
    },
    "oauth_tokens": {
        "token_hash": HASH,
        "kind": CODE,
        "scopes": CODE,
    },
    "one_time_codes": {
        "link_hash": HASH,
    },
    "password_resets": {
        "token_hash": HASH,
    },
    "counter_challans": {
        "reference": "a random name for the order, which tells nothing",
        "number": "a random name for the challan, which tells nothing",
        "payees": SLUG,
        "currency": MONEY,
        "state": CODE,
    },
    "counter_entries": {
        "counter": "the code of a counter that the operator declares",
        "currency": MONEY,
        "number": "the number of a receipt in an office's book",
        "state": CODE,
    },
    "counter_files": {"state": CODE, "digest": HASH},
    "counter_file_lines": {
        "challan": "the number of a challan, as a bank's file has it",
        "currency": MONEY,
        "number": "a bank's own number of a payment",
        "state": CODE,
        "why": CODE,
    },
    "payment_lists": {
        "number": "a random name for the list, which tells nothing",
        "disburser": CODE,
        "currency": MONEY,
        "state": CODE,
    },
    "payment_list_lines": {
        "number": "the number of the list, and a place in it",
        "currency": MONEY,
        "state": CODE,
        "code": "why a bank refused, as one of its codes",
    },
    "payment_list_files": {"digest": HASH},
    "counter_returns": {
        "currency": MONEY,
        "state": CODE,
        "number": "the number of a list of ours and a line in it",
    },
    "payment_attempts": {
        "reference": RANDOM,
        "gateway": CODE,
        "gateway_reference": THEIRS,
        "language": CODE,
        "currency": MONEY,
        "state": CODE,
        "code": "why a gateway declined, as one of a few codes",
        "printed": "published words on where to pay",
    },
    "payment_attempt_parts": {
        "currency": MONEY,
    },
    "payment_notices": {
        "gateway": CODE,
        "notice_id": THEIRS,
        "order_reference": RANDOM,
        "status": CODE,
        "currency": MONEY,
        "gateway_reference": THEIRS,
        "code": CODE,
    },
    "payment_disputes": {
        "gateway": CODE,
        "number": THEIRS,
        "currency": MONEY,
        "reason": CODE,
        "state": CODE,
    },
    "payment_claims": {
        "reference": RANDOM,
        "kind": CODE,
        "state": CODE,
        "outcome": CODE,
    },
    "payment_claim_steps": {
        "act": CODE,
        "actor": "an id, or the name of a part of the house",
    },
    "payment_refund_proposals": {
        "currency": MONEY,
        "state": CODE,
    },
    "reconciliation_differences": {
        "gateway": CODE,
        "kind": CODE,
        "order_reference": "our own name for an order, which tells nothing",
        "currency": MONEY,
        "state": CODE,
    },
    "reconciliation_lines": {
        "order_reference": "what a company names as our order; gone when it was compared",
        "gateway_reference": THEIRS,
        "status": CODE,
        "currency": MONEY,
    },
    "reconciliation_runs": {
        "gateway": CODE,
        "source": CODE,
        "state": CODE,
        "file_hash": HASH,
    },
    "payment_refunds": {
        "currency": MONEY,
        "actor": "an id, or the name of a part of the house",
        "state": CODE,
        "gateway_reference": THEIRS,
        "code": CODE,
    },
    "payments": {
        "reference": RANDOM,
        "purpose": CODE,
        "provider": SLUG,
        "payee": PUBLIC,
        "title": "the published words of a service, or of bills in general",
        "currency": MONEY,
        "back": "a path with a reference",
        "state": CODE,
        "receipt_number": "a number of the provider's receipts",
    },
    "people": {"state": CODE, "language": CODE},
    "provider_icons": {"*": PUBLIC},
    "provider_interfaces": {
        "provider_slug": SLUG,
        "url": "a provider's address",
        "secret_sealed": SEALED_BY_RING,
        "earlier_secret_sealed": SEALED_BY_RING,
    },
    "provider_health": {"provider_slug": SLUG, "state": CODE},
    "provider_sessions": {
        "provider": SLUG,
    },
    "providers": {"slug": SLUG},
    "receipt_counters": {"provider": SLUG},
    "recoveries": {
        "begun_by": ACTOR,
        "state": CODE,
    },
    "recovery_links": {
        "token_hash": HASH,
    },
    "meetings": {
        "provider_slug": SLUG,
        "service_slug": SLUG,
        "stage": STAGE,
        "kind": CODE,
        "office": "a counter of the provider's, as the service declares it",
        "state": CODE,
    },
    "rises": {"stage": STAGE, "post": POST},
    "returned_addresses": {"status": CODE},
    "referral_ends": {"outcome": CODE},
    "role_changes": {
        "role": CODE,
        "provider": SLUG,
        "area": AREA,
        "category": CODE,
        "post": POST,
        "proposed_by": ACTOR,
        "decided_by": ACTOR,
    },
    "role_grants": {
        "role": CODE,
        "provider": SLUG,
        "granted_by": "an id",
        "area": AREA,
        "category": CODE,
        "post": POST,
    },
    "sandbox_notices": {"*": "of a pretended company, which moves no money and is told no person"},
    "sandbox_orders": {"*": "of a pretended company, which moves no money and is told no person"},
    "sandbox_returns": {"*": "of a pretended company, which moves no money and is told no person"},
    "service_definitions": {"*": PUBLIC},
    "heirs": {"*": PUBLIC},
    "planned_publications": {"*": PUBLIC},
    "service_states": {"*": PUBLIC},
    "service_versions": {"*": PUBLIC},
    "version_trials": {"*": "counts of applications, nobody's answers"},
    "version_turns": {"*": PUBLIC},
    "manifest_checks": {"*": "a manifest, which is written to be published"},
    "manifest_uploads": {"*": "a manifest, which is written to be published; who, by id"},
    "publisher_keys": {"provider_slug": SLUG, "public_key": "what checks signatures; no secret"},
    "sessions": {
        "token_hash": HASH,
        "level": CODE,
        "data": "sealed by the sessions' own key, since a visitor has no subject",
        "how": CODE,
        "device": "sealed by the person's key: browser, system, coarse network",
    },
    "stored_events": {"name": CODE, "payload": "ids, codes and dates: Event says so"},
    "subject_keys": {"key_id": CODE, "wrapped": "a key, wrapped by the keyring"},
    "timeline_entries": {
        "act": CODE,
        "state": CODE,
        "stage": STAGE,
        "actor": CODE,
        "actor_id": "an id",
        "fields": "names of questions, never answers",
    },
    "webhook_calls": {"provider_slug": SLUG},
    "webhook_feeds": {"provider_slug": SLUG},
    "webhook_feed_positions": {"provider_slug": SLUG},
    "webhook_endpoints": {
        "provider_slug": SLUG,
        "url": "a department's address",
        "secret_sealed": SEALED_BY_RING,
        "earlier_secret_sealed": SEALED_BY_RING,
        "state": CODE,
        "disabled_reason": CODE,
    },
    "webhook_paces": {"provider_slug": SLUG},
    "vault_items": {"path": CODE, "names": "how the issuer and the kind of document are called"},
}
NEVER_CHANGED = {
    "bundles",
    "answer_changes",
    "audit_entries",
    "case_messages",
    "case_notes",
    "case_records",
    "consents",
    "delivery_attempts",
    "disclosures",
    "document_ends",
    "documents",
    "issued_documents",
    "ledger_accounts",
    "ledger_entries",
    "ledger_closings",
    "ledger_months",
    "ledger_standings",
    "ledger_transactions",
    "manifest_uploads",
    "meeting_photos",
    "payment_claim_steps",
    "payment_dispute_parts",
    "payment_receipts",
    "provider_icons",
    "publisher_keys",
    "referral_ends",
    "rises",
    "service_definitions",
    "service_versions",
    "stored_events",
    "timeline_entries",
    "version_proposals",
    "version_trials",
    "version_turns",
    "version_publications",
    "vouched_answers",
}


def tables():
    rooms()
    return sorted(Base.metadata.sorted_tables, key=lambda table: table.name)


@pytest.mark.promise("M19")
@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_every_column_is_protected_or_tells_nothing(table):
    excused = EXCUSED.get(table.name, {})
    for column in table.columns:
        protected = {"sealed", "keyed"} & column.info.keys()
        plain = isinstance(column.type, PLAIN)
        assert protected or plain or excused.get(column.name) or excused.get("*"), (
            f"{table.name}.{column.name}: seal it, or say here why it may be read"
        )


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_sealed_columns_name_their_class_and_their_subject(table):
    sealed = [column for column in table.columns if "sealed" in column.info]
    assert {column.info["sealed"] for column in sealed} <= set(PERSONAL_CLASSES)
    assert not sealed or "subject_id" in table.columns


def test_no_excuse_is_left_over():
    for name, columns in EXCUSED.items():
        table = Base.metadata.tables[name]
        for column in set(columns) - {"*"}:
            assert column in table.columns, f"{name}.{column} is gone"
            assert not {"sealed", "keyed"} & table.columns[column].info.keys()


def test_the_append_only_tables_are_these():
    tables()
    assert APPEND_ONLY == NEVER_CHANGED
