// Files of evidence: sent from where the question stands, listed there, taken away again. Not kept without a
// connection: a file is too large for that, and its sender is told.

const MOST_BYTES = 10 * 1024 * 1024;

// `heard` is given each reply of the server, with what changed.
window.scorecardFiles = (root, token, words, heard) => {
  const blank = document.querySelector("template[data-file]").content.firstElementChild;

  function show(files) {
    for (const list of root.querySelectorAll("[data-evidence-of]")) {
      const { evidenceOf, evidenceTopic } = list.dataset;
      const here = files.filter((f) => f.question === evidenceOf || (!f.question && f.topic === evidenceTopic));
      list.replaceChildren(...here.sort((a, b) => (a.question ? 0 : 1) - (b.question ? 0 : 1)).map(row));
      list.closest("details").querySelector("[data-evidence-count]").textContent = here.length || "";
    }
  }

  function row(file) {
    const item = blank.cloneNode(true);
    const link = item.querySelector("[data-file-link]");
    link.href = file.url;
    link.textContent = file.name;
    item.querySelector("[data-file-hint]").textContent = file.hint;
    item.querySelector("[data-file-whole]").hidden = Boolean(file.question);
    const form = item.querySelector("form");
    if (file.remove_url) {
      form.action = file.remove_url;
      form.querySelector("button").setAttribute("aria-label", `${form.querySelector("button").getAttribute("aria-label").trim()} ${file.name}`);
    } else form.remove();
    return item;
  }

  async function send(form, body, place) {
    const button = form.querySelector("button");
    button.disabled = true;
    place.hidden = true;
    let said = words.no_file;
    try {
      body.set("since", root.dataset.turn);
      const response = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": token.value },
        credentials: "same-origin",
        redirect: "manual",
      });
      const reply = await response.json().catch(() => null);
      if (response.ok && reply) said = "";
      else if (response.type === "opaqueredirect") said = words.signed_out_file;
      else if (response.status === 413) said = words.too_large;
      else said = reply?.detail ?? words.no_file;
      if (!said) heard(reply);
    } catch {
      // No connection: said below.
    }
    button.disabled = false;
    if (said) {
      place.textContent = said;
      place.hidden = false;
    }
    return !said;
  }

  // True when the form was one of these.
  function submitted(form) {
    const details = form.closest("[data-evidence]");
    if (!details) return false;
    const place = details.querySelector("[data-evidence-error]");
    if (form.hasAttribute("data-evidence-remove")) {
      send(form, new FormData(form), place).then(() => details.querySelector("summary").focus());
      return true;
    }
    const input = form.querySelector("input[type=file]");
    const file = input.files[0];
    if (!file || file.size > MOST_BYTES) {
      place.textContent = file ? words.too_large : words.choose;
      place.hidden = false;
      return true;
    }
    root.querySelector("[data-say]").textContent = words.sending;
    send(form, new FormData(form), place).then((isSent) => {
      // The button was out of use meanwhile and has lost the focus.
      if (document.activeElement === document.body) input.focus();
      if (!isSent) return;
      form.reset();
      root.querySelector("[data-say]").textContent = words.attached;
    });
    return true;
  }

  // Opens the files of a question and leads to the place where one chooses a file; closes them again.
  function toggle(section) {
    const details = section.querySelector("[data-evidence]");
    if (!details) return false;
    details.open = !details.open;
    (details.open ? (details.querySelector("input[type=file]") ?? details.querySelector("summary")) : section.querySelector("[data-text]")).focus();
    return true;
  }

  return { show, submitted, toggle };
};
