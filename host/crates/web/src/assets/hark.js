// Keys, ages and live rows. Everything can be read without this file.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const rows = byId("rows");
  const pill = byId("pill");
  const status = byId("live");

  // Ages: the server writes them once, here they grow.
  const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
  const age = (time) => {
    const at = Date.parse(time.dateTime);
    const ago = Date.now() - at;
    if (!(ago > -MINUTE && ago < 7 * DAY)) return;
    time.textContent = ago < MINUTE ? "just now" : ago < HOUR ? `${Math.floor(ago / MINUTE)} min`
      : ago < DAY ? `${Math.floor(ago / HOUR)} h` : `${Math.floor(ago / DAY)} d`;
    time.title = new Date(at).toLocaleString();
  };
  const ages = (within) => within.querySelectorAll("time[datetime]").forEach(age);
  ages(document);
  setInterval(() => ages(document), 30000);

  // One open chip at a time; a click elsewhere or Escape closes it.
  const closeChips = (but) =>
    document.querySelectorAll("details.chip[open]").forEach((chip) => { if (chip !== but) chip.open = false; });
  document.addEventListener("click", (event) => closeChips(event.target.closest("details.chip")));

  // Live rows. They wait behind the pill unless the reader is at the top and in the middle of nothing.
  const ROWS_MAX = 500;
  const waiting = new Map();
  let tooMany = false;
  const baseTitle = document.title;

  const busy = () => window.scrollY > 60 || rows.querySelector("details[open]") !== null
    || rows.contains(document.activeElement) || rows.querySelector(".at") !== null;
  const key = (row) => [Number(row.dataset.at), Number(row.dataset.row)];
  const newer = (a, b) => a[0] !== b[0] ? a[0] > b[0] : a[1] > b[1];

  const place = (row) => {
    const known = byId(row.id);
    if (known) { known.replaceWith(row); return; }
    const at = key(row);
    const next = Array.from(rows.children).find((other) => newer(at, key(other)));
    // Older than all that is shown: it belongs on the next page, if there is one.
    if (!next && byId("older")) return;
    rows.insertBefore(row, next ?? null);
    row.classList.add("fresh");
    document.querySelector(".nothing")?.remove();
  };
  const flush = () => {
    if (tooMany || rows.children.length + waiting.size > ROWS_MAX) { location.reload(); return; }
    waiting.forEach(place);
    waiting.clear();
    show();
  };
  const show = () => {
    const count = waiting.size;
    pill.hidden = count === 0 && !tooMany;
    pill.textContent = tooMany ? "Many new: load them" : `${count} new`;
    document.title = count > 0 ? `(${count}) ${baseTitle}` : baseTitle;
  };
  const count = (more) => { const total = byId("total"); total.textContent = Number(total.textContent) + more; };

  const takeIn = (html) => {
    const box = document.createElement("template");
    box.innerHTML = html;
    const row = box.content.firstElementChild;
    if (!row || waiting.has(row.id) || byId(row.id)) return;
    ages(row);
    count(1);
    waiting.set(row.id, row);
    if (busy() || document.hidden || tooMany) show(); else flush();
  };

  const listen = () => {
    const url = new URL(rows.dataset.live, location.href);
    url.searchParams.set("after", rows.dataset.after);
    const stream = new EventSource(url);
    const say = (word, mood) => { status.textContent = word; status.className = `live ${mood}`; };
    stream.addEventListener("open", () => say("live", "on"));
    stream.addEventListener("error", () => say("reconnecting …", "away"));
    stream.addEventListener("row", (event) => {
      if (event.lastEventId) rows.dataset.after = event.lastEventId;
      takeIn(event.data);
    });
    stream.addEventListener("many", () => { tooMany = true; show(); });
    // The browser gives a refused stream up for good: then it is up to us to try again.
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
    });
    addEventListener("pagehide", () => stream.close(), { once: true });
  };
  if (rows && rows.dataset.live) {
    pill.addEventListener("click", () => { scrollTo({ top: 0 }); flush(); });
    addEventListener("scroll", () => { if (waiting.size > 0 && !busy()) flush(); }, { passive: true });
    listen();
  }
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // Single keys, unless they were turned off.
  const keys = byId("keys");
  const keysOn = () => localStorage.getItem("hark-keys") !== "off";
  if (keys) {
    keys.checked = keysOn();
    keys.addEventListener("change", () => localStorage.setItem("hark-keys", keys.checked ? "on" : "off"));
  }
  const stops = () => Array.from(document.querySelectorAll("[data-row]"));
  const step = (by) => {
    const all = stops();
    const here = all.findIndex((row) => row.classList.contains("at"));
    const there = all[Math.min(all.length - 1, Math.max(0, here + by))];
    if (!there) return;
    all[here]?.classList.remove("at");
    there.classList.add("at");
    there.scrollIntoView({ block: "nearest" });
    (there.querySelector("a.open") ?? there.querySelector("article"))?.focus({ preventScroll: true });
  };
  const actions = {
    j: () => step(1),
    k: () => step(-1),
    o: () => document.querySelector(".at a.open")?.click(),
    u: () => { if (byId("back")) { if (history.length > 1) history.back(); else location.assign("/"); } },
    "/": () => { const box = byId("q"); box?.focus(); box?.select(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      closeChips(null);
      document.querySelector(".at")?.classList.remove("at");
      document.activeElement?.blur();
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    const action = actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });
})();
