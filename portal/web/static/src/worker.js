/* The worker of this site. It keeps built files, whose names hold a hash, and the page that says
   that there is no connection. It never keeps a page of somebody's: what is not an asset comes from
   the network or not at all. The server says in SHELL what there is to keep. */
"use strict";

import "./push-worker.js";

const { name, files, pages } = self.SHELL;
const HERE = { ignoreVary: true };

async function install() {
  const kept = await caches.open(name);
  // As a visitor without an account gets them.
  const plain = pages.map((page) => new Request(page, { credentials: "omit" }));
  await kept.addAll([...files, ...plain]);
  await self.skipWaiting();
}

async function activate() {
  for (const other of await caches.keys()) if (other !== name) await caches.delete(other);
  await self.clients.claim();
}

async function asset(request) {
  const kept = await caches.open(name);
  const found = await kept.match(request, HERE);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.status === 200 && answer.type === "basic") await kept.put(request, answer.clone());
  return answer;
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    const start = `/${new URL(request.url).pathname.split("/")[1]}/`;
    const path = pages.find((one) => one.startsWith(start)) ?? pages[0];
    return (await caches.match(path, HERE)) ?? Response.error();
  }
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});
