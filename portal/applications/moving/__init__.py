"""Running applications that go on under another version of their service, by an explicit map."""
