"""The keys that papers are signed with: one for each issuer, certified by the portal's own."""
