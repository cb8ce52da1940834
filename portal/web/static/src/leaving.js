/* The worker that stands in when the connection is lost, and what must not stay on a device. */
"use strict";

import { can, waiting, wipe } from "./device.js";

const LEAVING = "form[action$='/sign-out']:not([action*='/devices/']),form[action$='/sign-out-everywhere']";

addEventListener("load", () => {
  navigator.serviceWorker?.register("/worker.js", { updateViaCache: "all" }).catch(() => null);
  if (can) waiting().catch(() => null);
});

/* Whoever signs out leaves nothing behind, and is asked before something is lost by it. */
if (can) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const told = document.querySelector("[data-unsent]")?.dataset;
    if (!told || !form.matches(LEAVING) || "left" in form.dataset) return;
    event.preventDefault();
    if ((await waiting(told.owner).catch(() => 0)) && !confirm(told.unsent)) return;
    await wipe(told.owner).catch(() => null);
    form.dataset.left = "";
    form.requestSubmit();
  });
}
