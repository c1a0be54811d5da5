// The answers that are not with the server yet. They live in the page and in localStorage, are sent at once, in the
// order in which they were given, and again until the server has said what became of them.
// Offered to the runner as `window.scorecardQueue`: hashed names of files do not go together with imports.

const WAITS_FROM = 10; // seconds: what took longer is sent with its age, so that a later answer of others stays

// `handlers`: kept(reply, entry), refused(entry, reply), closed(detail, entries), shown(state)
window.scorecardQueue = (root, token, handlers) => {
  const prefix = `${root.dataset.store}:`;
  let entries = load();
  let sending = null;
  let failures = 0;
  let timer = 0;
  let why = "";
  let isClosed = false;
  const settled = [];

  // Each entry has its own place in the store, by question or topic: two tabs of one person lose nothing of each other.
  function load() {
    const found = [];
    try {
      for (let n = 0; n < localStorage.length; n++) {
        const name = localStorage.key(n);
        if (name.startsWith(prefix)) found.push(JSON.parse(localStorage.getItem(name)));
      }
    } catch {
      // Storage may be forbidden; the entries then live as long as the page.
    }
    return found.filter((entry) => entry?.body && entry.id).sort((a, b) => a.at - b.at);
  }

  const placeOf = (entry) => prefix + (entry.topic ? `topic:${entry.topic}` : entry.question);

  function store(entry) {
    try {
      localStorage.setItem(placeOf(entry), JSON.stringify(entry));
    } catch {
      // Full or forbidden.
    }
  }

  function forget(entry) {
    try {
      const there = JSON.parse(localStorage.getItem(placeOf(entry)));
      if (there?.id === entry.id) localStorage.removeItem(placeOf(entry)); // a later one stays
    } catch {
      // Forbidden.
    }
  }

  function drop(entry) {
    entries = entries.filter((other) => other.id !== entry.id);
    forget(entry);
  }

  // Of one question only the latest answer stays; "unchanged" and a later answer to its topic do not swap.
  function put(entry) {
    if (isClosed) return;
    for (const other of entries) if (other.id !== sending && entry.question && other.question === entry.question) drop(other);
    const now = Date.now();
    const whole = { id: crypto.randomUUID?.() ?? `${now}-${Math.random()}`, at: Math.max(now, ...entries.map((e) => e.at + 1)), ...entry };
    entries.push(whole);
    store(whole);
    tell();
    send();
  }

  async function send() {
    if (sending !== null || !entries.length || isClosed) return;
    clearTimeout(timer);
    const entry = entries[0];
    sending = entry.id;
    const body = new URLSearchParams([...entry.body, ["as", root.dataset.member], ["since", root.dataset.turn]]);
    const age = Math.round((Date.now() - entry.at) / 1000);
    if (age >= WAITS_FROM) body.set("age", String(age));
    let outcome = "retry";
    let reply = null;
    try {
      const response = await fetch(entry.url, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": token.value },
        credentials: "same-origin",
        redirect: "manual",
        signal: AbortSignal.timeout?.(20000),
      });
      reply = await response.json().catch(() => null);
      outcome = verdict(response, reply);
    } catch {
      outcome = "retry";
    }
    sending = null;
    if (outcome === "kept" || outcome === "refused") {
      failures = 0;
      why = "";
      drop(entry);
      if (outcome === "kept") handlers.kept(reply, entry);
      else handlers.refused(entry, reply);
    } else if (outcome === "closed") close(reply?.detail);
    else {
      failures += 1;
      why = outcome === "retry" ? (navigator.onLine ? "" : "offline") : outcome;
      if (outcome === "stale") await handlers.refresh();
      timer = setTimeout(send, Math.min(30000, 500 * 2 ** Math.min(failures, 6)));
    }
    tell();
    if (outcome === "kept" || outcome === "refused") send();
    if (!entries.length) settled.splice(0).forEach((resolve) => resolve());
  }

  function verdict(response, reply) {
    if (response.type === "opaqueredirect" || response.status === 401) return "signed_out";
    if (response.ok && reply) return "kept";
    if (reply?.code === "someone_else") return "someone_else";
    if (response.status === 403 && !reply?.code) return "stale"; // signed in anew: the page's token is an old one
    if ([404, 409].includes(response.status)) return "closed";
    if ([400, 403, 413, 422].includes(response.status)) return "refused";
    return "retry";
  }

  // It ended: what still waits cannot be sent any more, and is named.
  function close(detail) {
    if (isClosed) return;
    isClosed = true;
    const lost = entries;
    for (const entry of lost) forget(entry);
    entries = [];
    handlers.closed(detail, lost);
  }

  function tell() {
    handlers.shown({ count: entries.length, isLate: failures > 0 && entries.length > 0, why, isClosed });
  }

  addEventListener("online", () => {
    failures = 0;
    send();
  });
  addEventListener("offline", () => {
    if (!entries.length) return;
    why = "offline";
    tell();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());

  return {
    put,
    send,
    close,
    drop,
    entries: () => entries,
    isSending: (entry) => entry.id === sending,
    isClosed: () => isClosed,
    clear: () => {
      entries = [];
    },
    allSent: () => (entries.length ? new Promise((resolve) => settled.push(resolve)) : Promise.resolve()),
  };
};
