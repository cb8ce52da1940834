/* Answers that could not be sent yet, kept on this device. They are sealed (AES-GCM) under a key
   that is made of two: one that lies here and cannot be read out, and one that the server tells
   their person alone. Who is signed in as somebody else opens nothing. */
"use strict";

export const BASE = "sanjha";
export const WEEK = 7 * 24 * 3600 * 1000;
export const can = Boolean(globalThis.indexedDB && globalThis.crypto?.subtle);

const text = new TextEncoder();

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened() {
  const opening = indexedDB.open(BASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("keys");
    opening.result.createObjectStore("unsent", { keyPath: "id" });
  };
  return done(opening);
}

async function using(work) {
  const base = await opened();
  base.onversionchange = () => base.close();
  try {
    return await work(base);
  } finally {
    base.close();
  }
}

const store = (base, name, mode = "readonly") => base.transaction(name, mode).objectStore(name);

async function own(base) {
  const found = await done(store(base, "keys").get("own"));
  if (found) return found;
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const fresh = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  // Another page may have made one meanwhile; the first one stays.
  await done(store(base, "keys", "readwrite").add(fresh, "own")).catch(() => null);
  return done(store(base, "keys").get("own"));
}

async function keyOf(base, told) {
  const parts = { name: "HKDF", hash: "SHA-256", salt: text.encode(told), info: text.encode("unsent") };
  const kind = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(parts, await own(base), kind, false, ["encrypt", "decrypt"]);
}

const way = (iv, id) => ({ name: "AES-GCM", iv, additionalData: text.encode(id) });

/* `place` holds the name of the draft and the server's part of the key; `page` is this page. */
export function keep(place, page, what) {
  const id = `${place.draft} ${page}`;
  return using(async (base) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = text.encode(JSON.stringify(what));
    const data = await crypto.subtle.encrypt(way(iv, id), await keyOf(base, place.key), plain);
    await done(store(base, "unsent", "readwrite").put({ id, at: Date.now(), iv, data }));
  });
}

/* What is kept of this draft, the oldest first; what does not open is let go. */
export function kept(place) {
  return using(async (base) => {
    const range = IDBKeyRange.bound(`${place.draft} `, `${place.draft} ~`);
    const rows = await done(store(base, "unsent").getAll(range));
    const found = [];
    for (const { id, at, iv, data } of rows.sort((one, other) => one.at - other.at)) {
      try {
        const plain = await crypto.subtle.decrypt(way(iv, id), await keyOf(base, place.key), data);
        found.push({ id, at, ...JSON.parse(new TextDecoder().decode(plain)) });
      } catch {
        await done(store(base, "unsent", "readwrite").delete(id));
      }
    }
    return found;
  });
}

export function drop(id) {
  return using((base) => done(store(base, "unsent", "readwrite").delete(id)));
}

/* Whether anything waits here, of anybody; what is too old goes first. Makes no base of its own. */
export async function waiting() {
  const known = await indexedDB.databases?.();
  if (known && !known.some((one) => one.name === BASE)) return 0;
  return using(async (base) => {
    const rows = await done(store(base, "unsent").getAll());
    const old = rows.filter((one) => Math.abs(Date.now() - one.at) > WEEK);
    for (const { id } of old) await done(store(base, "unsent", "readwrite").delete(id));
    return rows.length - old.length;
  });
}

/* With the key: what a copy of the disk may hold of it opens for nobody. */
export function wipe() {
  return done(indexedDB.deleteDatabase(BASE));
}
