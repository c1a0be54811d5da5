// The runner of the capabilities scorecard: one question at a time, keyboard first, several people at once.
// Answers go into the queue (scorecard_queue.js); what others answer meanwhile comes with each reply and by asking
// from time to time. The server keeps the last answer per question, so a repeat does no harm.

const root = document.getElementById("scorecard");
const standing = JSON.parse(document.getElementById("standing").textContent);
const words = standing.words;
const readOnly = root.hasAttribute("data-read-only");
const sections = [...root.querySelectorAll("[data-question]")];
const waiting = root.querySelector("[data-waiting]");
const submitForm = root.querySelector("[data-submit-form]");
const token = document.querySelector("[name=csrfmiddlewaretoken]"); // its value is renewed when one signs in again
root.dataset.turn = String(standing.turn);

const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
const view = window.scorecardView(root, standing, sections, filled, () => leave());
const { byCode, finish } = view;
const queue = window.scorecardQueue(root, token, {
  kept: (reply, entry) => show(reply, entry),
  refused: (entry, reply) => refuse(entry, reply),
  closed: (detail, lost) => ended(detail, lost),
  shown: (state) => showWaiting(state),
  refresh: () => live.look(),
});
const live = window.scorecardLive(root, words, filled, queue, (reply) => hear(reply));
const files = window.scorecardFiles(root, token, words, (reply) => hear(reply));

function showWaiting({ count, isLate, why, isClosed }) {
  root.dataset.queue = String(count);
  if (isClosed) return;
  waiting.hidden = !isLate && !(why === "offline" && count);
  const text = count === 1 ? words.waits_one : filled(words.waits_many, { n: count });
  waiting.querySelector("[data-waiting-text]").textContent = why ? `${text} ${words[why] ?? ""}` : text;
}

function ended(detail, lost) {
  const place = waiting.querySelector("[data-waiting-text]");
  const named = lost.map((entry) => (byCode.get(entry.question) ?? sections.find((s) => s.dataset.topic === entry.topic))?.dataset.position);
  place.textContent = `${detail ?? words.closed} `;
  if (named.length) place.append(`${filled(words.not_counted, { questions: named.join(", ") })} `);
  const again = document.createElement("a");
  again.href = location.pathname;
  again.textContent = words.see;
  place.append(again);
  waiting.hidden = false;
  waiting.scrollIntoView({ block: "nearest" });
  root.dataset.queue = "0";
  for (const control of root.querySelectorAll(".question button, .question input, .question textarea, .question select, [data-submit]")) control.disabled = true;
}

// --- what the server said ------------------------------------------------------------------------

function show(reply, entry) {
  for (const kept of reply.kept) {
    const section = byCode.get(kept.question);
    if (!section || isPending(section)) continue;
    if (entry.topic || !kept.is_own) view.mark(section, kept);
    view.showWho(section, kept);
  }
  hear(reply);
  for (const kept of reply.kept) {
    const section = byCode.get(kept.question);
    if (section && !kept.is_own) view.note(section, filled(entry.topic ? words.spared : words.later, { name: kept.by }));
  }
}

// Everything the server tells that changed, whoever changed it.
function hear(reply) {
  if (!reply) return;
  if (reply.token) token.value = reply.token;
  const before = view.overall();
  root.dataset.turn = String(reply.turn);
  let news = "";
  for (const given of reply.changed) {
    const section = byCode.get(given.question);
    if (!section) continue;
    if (!isPending(section)) {
      const area = section.querySelector("textarea");
      const isTyping = area && area.value !== sentWords.get(section);
      if (!isTyping) view.mark(section, given);
      if (area && !isTyping) sentWords.set(section, area.value);
      view.showWho(section, given);
    }
    if (given.is_own) continue;
    live.met(given);
    news = filled(words.answered, { name: given.by, question: section.querySelector("[data-text]").textContent });
  }
  if (reply.evidence) files.show(reply.evidence);
  if (reply.scores) view.score(reply.scores);
  if (reply.changed.length || reply.scores) view.progress();
  if (news) {
    view.say(news);
  } else if (before !== view.overall()) view.say(filled(words.overall, { score: view.overall() }));
}

const isPending = (section) => queue.entries().some((other) => other.question === section.dataset.question);

function refuse(entry, reply) {
  const section = byCode.get(entry.question) ?? view.current();
  view.fail(section, reply?.detail ?? words.refused);
  section.removeAttribute("data-answered");
  view.go(section);
}

// --- answering -----------------------------------------------------------------------------------

function answer(section, given) {
  if (readOnly || queue.isClosed()) return;
  view.mark(section, given);
  view.showWho(section, { who: words.own, is_own: true });
  view.progress();
  const body = [["question", section.dataset.question]];
  if (given.is_na) body.push(["is_na", "on"]);
  else if (given.text !== undefined) body.push(["text", given.text]);
  else if (given.options.length) given.options.forEach((code) => body.push(["option", code]));
  else body.push(["option", "none"]);
  queue.put({ url: root.dataset.answerUrl, body, question: section.dataset.question });
}

const ticked = (section) => [...section.querySelectorAll("[data-option]:checked")].map((box) => box.dataset.option);

function tick(section, box) {
  const none = section.querySelector("[data-none]");
  if (box === none) {
    for (const other of section.querySelectorAll("[data-option]")) other.checked = false;
    none.checked = true;
  }
  answer(section, { options: ticked(section) });
}

function confirm(section) {
  if (section.dataset.kind === "multi") {
    if (!section.querySelector("input:checked")) {
      view.fail(section, words.tick);
      return;
    }
  } else leave();
  view.advance();
}

// Words are sent when one leaves them, and while one pauses; an answer that did not change is not sent.
const sentWords = new Map(sections.map((section) => [section, section.querySelector("textarea")?.value]));
function leave() {
  const current = view.current();
  const area = current.querySelector?.("textarea");
  if (!area || area.value === sentWords.get(current)) return;
  sentWords.set(current, area.value);
  answer(current, { text: area.value });
}
let pause = 0;
root.addEventListener("input", (event) => {
  if (!(event.target instanceof HTMLTextAreaElement)) return;
  clearTimeout(pause);
  pause = setTimeout(leave, 700);
});
addEventListener("pagehide", leave);

function takeOver(section) {
  const button = section.querySelector("[data-unchanged]");
  if (!button || readOnly || queue.isClosed()) return;
  const { topic } = section.dataset;
  const inTopic = sections.filter((other) => other.dataset.topic === topic);
  // Marked at once from what is ringed; the server's answer then says what really was kept.
  for (const other of inTopic) {
    const was = [...other.querySelectorAll(".was-chosen")];
    if (!was.length || other.querySelector("[data-who].is-others")) continue;
    const options = was.flatMap((o) => o.dataset.option ?? o.querySelector?.("[data-option]")?.dataset.option ?? []);
    view.mark(other, { options, is_na: was.some((o) => o.hasAttribute("data-na")) });
    view.showWho(other, { who: words.own, is_own: true });
    for (const entry of queue.entries()) if (!queue.isSending(entry) && entry.question === other.dataset.question) queue.drop(entry);
  }
  view.progress();
  queue.put({ url: root.dataset.unchangedUrl, body: [["topic", topic]], topic });
  const next = sections[sections.indexOf(inTopic.at(-1)) + 1];
  view.go(next ?? view.openCodes()[0] ?? finish);
}

async function submit() {
  if (!submitForm || !root.hasAttribute("data-complete")) return;
  leave();
  queue.send();
  await queue.allSent();
  if (root.hasAttribute("data-complete") && !queue.isClosed()) submitForm.requestSubmit();
}

// --- pointer -------------------------------------------------------------------------------------

root.addEventListener("submit", (event) => {
  if (event.target === submitForm) {
    if (!queue.entries().length && !queue.isClosed()) return; // everything is with the server: go
    event.preventDefault();
    event.stopPropagation(); // the page must not think it was sent
    submit();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (files.submitted(event.target)) return;
  const section = event.target.closest("[data-question]");
  const button = event.submitter;
  if (!button || button.hasAttribute("data-confirm")) return confirm(section);
  if (button.hasAttribute("data-unchanged")) return takeOver(section);
  if (button.hasAttribute("data-na")) answer(section, { options: [], is_na: true });
  else answer(section, { options: [button.value] });
  view.advance();
}, true);

root.addEventListener("change", (event) => {
  if (event.target.type === "checkbox") tick(event.target.closest("[data-question]"), event.target);
});

root.addEventListener("click", (event) => {
  const link = event.target.closest("[data-category-link]");
  if (link) {
    event.preventDefault();
    leave();
    const inside = sections.filter((section) => section.dataset.category === link.dataset.categoryLink);
    view.go(inside.find((section) => view.openCodes().includes(section)) ?? inside[0]);
  }
  const stepper = event.target.closest("[data-step]");
  if (stepper) view.step(Number(stepper.dataset.step));
});

window.scorecardKeys(view, { answer, tick, confirm, takeOver, submit, files });

// --- begin ---------------------------------------------------------------------------------------
// Answers that a closed tab left behind are shown as given and sent first.

if (readOnly) queue.clear();
for (const entry of queue.entries()) {
  const section = byCode.get(entry.question);
  if (!section) continue;
  const given = new URLSearchParams(entry.body);
  if (given.has("text")) view.mark(section, { text: given.get("text") });
  else view.mark(section, { options: given.getAll("option").filter((o) => o !== "none"), is_na: given.has("is_na") });
  view.showWho(section, { who: words.own, is_own: true });
}
document.documentElement.classList.add("js");
view.progress();
const wanted = new URLSearchParams(location.search).get("q");
view.go(wanted && byCode.has(wanted) ? view.current() : view.openCodes()[0] ?? finish);
root.dataset.queue = String(queue.entries().length);
root.dataset.ready = "";
queue.send();
