// Who else answers: asked every few seconds while somebody looks at the page and does something in it, so that no
// session is kept alive by a page that was left open.

const ASK_EVERY = 4000;
const REST_AFTER = 10 * 60 * 1000;

// `hear` is given what changed.
window.scorecardLive = (root, words, filled, queue, hear) => {
  const company = new Map(); // of others: the questions they answered since one opened the page
  let lastDeed = Date.now();
  let isLooking = false;

  async function look() {
    if (isLooking || queue.isClosed()) return;
    isLooking = true;
    try {
      const response = await fetch(`${root.dataset.changesUrl}?since=${root.dataset.turn}`, {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
      });
      const reply = await response.json().catch(() => null);
      if (response.ok && reply) hear(reply);
      else if (response.status === 409 && reply?.code === "not_in_progress") queue.close(reply.detail);
    } catch {
      // No connection: the next time.
    }
    isLooking = false;
  }

  function met({ by, question }) {
    company.set(by, (company.get(by) ?? new Set()).add(question));
    root.querySelector("[data-others]").hidden = false;
    root.querySelector("[data-others-list]").replaceChildren(
      ...[...company].map(([name, questions]) => {
        const line = document.createElement("li");
        line.textContent = filled(questions.size === 1 ? words.others_one : words.others, { name, n: questions.size });
        return line;
      }),
    );
  }

  const note = () => {
    lastDeed = Date.now();
  };
  for (const deed of ["keydown", "pointerdown"]) addEventListener(deed, note, { capture: true, passive: true });
  setInterval(() => {
    const isThere = document.visibilityState === "visible" && Date.now() - lastDeed < REST_AFTER;
    if (isThere && !queue.entries().length) look();
  }, ASK_EVERY);

  return { look, met };
};
