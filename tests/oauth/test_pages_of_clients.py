"""The integrator's and the admin's pages of sites and apps."""

from tests.accounts.factories import csrf_token, signed_in_client
from tests.oauth.conftest import BACK


def test_an_integrator_registers_and_an_admin_approves(app, staff):
    integrator, admin = (signed_in_client(app, one) for one in staff)
    told = {
        "csrf_token": csrf_token(integrator.get("/en/console/apps").data),
        "provider": "revenue",
        "kind": "site",
        "name": "Land records",
        "website": "https://land.example.org",
        "purpose": "To show your land",
        "redirect_uris": BACK,
        "scope": ["openid", "profile"],
    }
    wrong = integrator.post("/en/console/apps", data=told | {"redirect_uris": "http://x.example"})
    assert wrong.status_code == 422
    assert integrator.post("/en/console/apps", data=told).status_code == 302
    assert integrator.post("/en/console/apps", data=told | {"provider": "x"}).status_code == 403
    page = admin.get("/en/admin/apps")
    path = page.get_data(as_text=True).split('action="')
    path = next(one for one in path if "/approve" in one[:90]).split('"')[0]
    assert admin.get("/oauth/jwks").json == {"keys": []}
    assert admin.post(path, data={"csrf_token": csrf_token(page.data)}).status_code == 302
    assert len(admin.get("/oauth/jwks").json["keys"]) == 2
    assert "Approved" in integrator.get("/en/console/apps").get_data(as_text=True)
    assert integrator.get("/en/admin/apps").status_code == 403
