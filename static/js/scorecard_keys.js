// The runner by keyboard: digits answer, arrows walk, letters do what the buttons do.

// `act` holds what can be done: confirm, answer, tick, takeOver, submit, files.
window.scorecardKeys = (view, act) => {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || document.querySelector("dialog[open], details.menu[open]")) return;
    const target = event.target;
    if (event.ctrlKey || event.metaKey) {
      // In a field for words a letter is a letter: there this submits, once everything is answered.
      if (event.key === "Enter" && target instanceof HTMLTextAreaElement && !target.closest("[data-evidence]")) {
        event.preventDefault();
        act.confirm(view.current());
        act.submit();
      }
      return;
    }
    if (target.closest("[data-evidence]") && !target.matches("summary")) {
      if (event.key === "Escape") act.files.toggle(view.current());
      return; // keys there are for choosing a file
    }
    const inWords = target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== "checkbox");
    if (inWords) {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        act.confirm(view.current());
      } else if (event.key === "Escape") view.current().querySelector("[data-text]").focus();
      return;
    }
    if (handle(event.key, event)) event.preventDefault();
  });

  function handle(key, event) {
    const asked = view.current() !== view.finish;
    if (key === "Escape" && view.current().querySelector?.("[data-evidence][open]")) return act.files.toggle(view.current());
    if (key === "?") return document.querySelector('[data-dialog="keys"]').click() ?? true;
    if (key === "ArrowLeft") return view.step(-1) ?? true;
    if (key === "ArrowRight") return view.step(1) ?? true;
    if (key === "s" || key === "S") return act.submit() && true;
    if (event.repeat && key !== "ArrowUp" && key !== "ArrowDown") return /^[0-9a-z]$/i.test(key);
    if (!asked) return key === "Enter" && !event.target.closest("button, a, summary") ? act.submit() && true : false;
    if (key === "ArrowUp" || key === "ArrowDown") return walk(key === "ArrowDown" ? 1 : -1);
    if (/^[0-9nN]$/.test(key)) return press(key.toLowerCase());
    if (key === "u" || key === "U") return act.takeOver(view.current()) ?? true;
    if (key === "e" || key === "E") return act.files.toggle(view.current());
    if (key === "Enter" && !event.target.closest("button, a, summary")) {
      if (view.current().dataset.kind !== "single") act.confirm(view.current());
      return true;
    }
    return false;
  }

  function press(key) {
    const found = view.current().querySelector(`[data-key="${key}"]`);
    if (!found || found.disabled) return false;
    if (found.type === "checkbox") {
      found.checked = found.hasAttribute("data-none") || !found.checked;
      act.tick(view.current(), found);
    } else if (found.hasAttribute("data-na")) {
      act.answer(view.current(), { options: [], is_na: true });
      view.advance();
    } else {
      act.answer(view.current(), { options: [found.value] });
      view.advance();
    }
    return true;
  }

  function walk(by) {
    const choices = [...view.current().querySelectorAll("[role=radio], input[type=checkbox], [data-confirm]")];
    if (!choices.length) return false;
    const at = choices.indexOf(document.activeElement);
    choices[at < 0 ? (by > 0 ? 0 : choices.length - 1) : (at + by + choices.length) % choices.length].focus();
    return true;
  }
};
