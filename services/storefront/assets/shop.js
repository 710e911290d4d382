// What pages gain from a script; all of them work without it. It swaps the main part of a page for the same
// part of another answer, so the server alone decides what a page says.
"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const main = () => $("#main");
  const announcer = document.createElement("p");
  announcer.className = "unseen";
  announcer.setAttribute("role", "status");
  document.body.append(announcer);

  // Fetches a page and takes over its main part. The focus stays on the element of the same place. Quietly:
  // what was done is told to those who listen, without moving the page for those who look.
  let turn = 0;
  async function show(url, options, quietly) {
    const mine = ++turn;
    const waiting = setTimeout(() => main().classList.add("busy"), 150);
    try {
      const answer = await fetch(url, { headers: { accept: "text/html" }, ...options });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = $("#main", page);
      if (mine !== turn || !next) return null;
      const place = focusPlace();
      const said = quietly && $("#flash:not(.problem)", next);
      if (said) {
        announcer.textContent = said.textContent;
        said.remove();
      }
      main().replaceWith(document.adoptNode(next));
      document.title = page.title;
      for (const around of [".menu", "#basket-count", "#notice", ".foot"]) {
        const [old, fresh] = [$(around), $(around, page)];
        if (fresh && old.outerHTML !== fresh.outerHTML) old.replaceWith(document.adoptNode(fresh));
      }
      refocus(place);
      dress();
      return answer;
    } finally {
      clearTimeout(waiting);
      main().classList.remove("busy");
    }
  }

  // Where the focus is, in words that hold on the next page too.
  function focusPlace() {
    const at = document.activeElement;
    if (!at || !main().contains(at)) return null;
    const line = at.closest("[data-line],[data-product]");
    const within = line ? `[data-${line.dataset.line ? "line" : "product"}="${line.dataset.line || line.dataset.product}"] ` : "#main ";
    const same = (element) => element.tagName === at.tagName && element.name === at.name && element.textContent === at.textContent;
    return { id: at.id, within, same };
  }
  function refocus(place) {
    if (!place) return;
    const element = (place.id && document.getElementById(place.id)) ||
      [...document.querySelectorAll(place.within + ":is(a,button,input,select)")].find(place.same);
    (element || main()).focus({ preventScroll: true });
  }

  // Buttons for one less and one more, in the room that the field leaves.
  function dress() {
    for (const box of document.querySelectorAll(".stepper:not(.dressed)")) {
      const field = $("input", box);
      box.classList.add("dressed");
      for (const [sign, by] of [["\u2212", -1], ["+", 1]]) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = sign;
        button.tabIndex = -1;
        button.setAttribute("aria-hidden", "true");
        button.addEventListener("click", () => {
          const value = Number(field.value) + by;
          if (value < Number(field.min) || value > Number(field.max)) return;
          field.value = value;
          if (field.form.action.endsWith("/basket/item")) step(field.form);
        });
        box.append(button);
      }
    }
    watchOrder();
  }

  let timer;
  function later(task, delay) {
    clearTimeout(timer);
    timer = setTimeout(task, delay);
  }

  // Lines of the basket that were stepped, by product. They are sent a moment after the last step, one after
  // the other, since a guest's basket travels in the cookies of the answers.
  const stepped = new Map();
  let sending = null, leaving = false;
  function step(form) {
    stepped.set(form.elements.product_id.value, form);
    later(sendSteps, 500);
  }
  function sendSteps() {
    return sending ??= (async () => {
      for (const [product, form] of stepped) {
        stepped.delete(product);
        const options = { method: "POST", body: new URLSearchParams(new FormData(form)) };
        try {
          await (leaving ? fetch(form.action, options) : show(form.action, options, true));
        } catch {
          form.submit();
        }
      }
    })().finally(() => sending = null);
  }

  // Whoever goes on before they are sent takes them along.
  async function goOn(event, go) {
    if (!stepped.size && !sending) return;
    event.preventDefault();
    clearTimeout(timer);
    leaving = true;
    turn++;
    await sending;
    await sendSteps();
    leaving = false;
    go();
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) goOn(event, () => location.assign(link.href));
  });
  document.addEventListener("submit", (event) => goOn(event, () => event.target.requestSubmit(event.submitter)));

  // Instant search and instant choices, on the list of products only.
  async function list(form) {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    if (query.get("sort") === "name" && !query.has("q")) query.delete("sort");
    const url = "/" + (query.size ? "?" + query : "");
    try {
      if (!await show(url)) return;
      history.replaceState(null, "", url);
      announcer.textContent = [$("#count")?.textContent, $("#results h2")?.textContent].find(Boolean) || "";
    } catch {
      // The line is down: the button still works when it is back.
    }
  }
  document.addEventListener("input", (event) => {
    if (event.target.id === "q" && main().hasAttribute("data-listing")) later(() => list(event.target.form), 250);
  });
  document.addEventListener("change", (event) => {
    if (event.target.form?.id === "sift") list(event.target.form);
  });

  // An order that waits for its stock is looked at again, ever more seldom.
  let looks = 0, watching;
  function watchOrder() {
    clearTimeout(watching);
    if (!main().hasAttribute("data-moving")) return;
    watching = setTimeout(() => refresh(), Math.min(700 * 1.3 ** looks++, 10000));
  }

  // Asks for this page again, unless somebody is typing into it, or has typed what was not sent yet.
  function refresh() {
    const fields = [...main().querySelectorAll("input,textarea,select")];
    const typing = fields.some((field) => field === document.activeElement || field.defaultValue !== undefined && field.value !== field.defaultValue);
    if (document.hidden || typing) return watchOrder();
    // Where a form was sent to is no page to ask for: the page says where it is at home.
    show(main().dataset.path || location.href).catch(() => watchOrder());
  }

  // The footer and the banner tell what is up now. A page that some part had kept from being whole is asked
  // for again when that changes, each browser at its own moment, so that not all come at once.
  async function status() {
    if (!document.hidden) {
      try {
        const answer = await (await fetch("/status.json", { cache: "no-store" })).json();
        const isLive = main().hasAttribute("data-live"), hasChanged = parts(answer.parts), isOld = outlived(answer.notices);
        if (hasChanged || isOld && !isLive) notices(answer.notices);
        if (isLive && (hasChanged || isOld)) setTimeout(refresh, Math.random() * 1000);
      } catch {
        // The storefront itself is not reached; the next look tells.
      }
    }
    setTimeout(status, 3000);
  }
  function parts(all) {
    let changed = false;
    for (const { part, health, text } of all) {
      const entry = $(`footer [data-part="${part}"]`);
      if (!entry || entry.dataset.health === health) continue;
      changed ||= health === "down" || entry.dataset.health === "down";
      entry.dataset.health = health;
      $("span", entry).textContent = text;
    }
    return changed;
  }
  // Whether the banner tells of a part that is up, and not only because the page came like that again: a part
  // may fall silent for a moment in which nothing but this page asked it.
  let told = "";
  function outlived(all) {
    const now = [...document.querySelectorAll("#notice [data-about]")].map((line) => line.dataset.about)
      .filter((part) => !all.some(({ about }) => about === part)).join();
    const isNews = now && now !== told;
    told = now;
    return isNews;
  }
  function notices(all) {
    const box = $("#notice");
    box.hidden = !all.length;
    box.replaceChildren(...all.map(({ about, text }) => {
      const line = document.createElement("p");
      line.dataset.about = about;
      if (about === "product") line.id = "catalogue-age";
      line.textContent = text;
      return line;
    }));
  }

  // After a form came back with mistakes, the summary is where to go on.
  $("#errors")?.focus();
  dress();
  setTimeout(status, 3000);
})();
