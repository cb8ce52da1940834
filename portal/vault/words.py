"""Kinds of documents, in words."""

from portal.kernel.errors import N_

KINDS = {
    "vault.birth_certificate": N_("Birth certificate"),
    "vault.caste_certificate": N_("Caste certificate"),
    "vault.driving_licence": N_("Driving licence"),
    "vault.identity_proof": N_("Proof of identity"),
    "vault.income_certificate": N_("Income certificate"),
    "vault.land_record": N_("Copy of a land record"),
    "vault.residence_proof": N_("Proof of where you live"),
    "vault.trade_licence": N_("Trade licence"),
}
