// Progressive enhancement only: every page works with this file blocked. Whole-line comments are dropped by build.rs.
(() => {
const doc = document, $ = (s, r = doc) => r.querySelector(s), all = (s, r = doc) => [...r.querySelectorAll(s)];
const on = (type, f, capture) => doc.addEventListener(type, f, capture);

// Toasts, with texts from this file only. Inside an open dialog they stand in its body: the rest of the page is inert then.
const toast = (tone, text) => {
  ($("dialog[open] .dialog__body") ?? $("#toasts")).insertAdjacentHTML("afterbegin", `<div class="toast" data-tone="${tone}"><div>${text}</div><button class="btn btn--sm" type="button" data-dismiss>Dismiss</button></div>`);
  fresh();
};
// Success leaves after 6 s (20 s with Undo) unless hovered or focused; errors stay. The reveal button needs this script, so it starts hidden.
const fresh = () => {
  all(".toast:not([data-tone=danger], [data-t])").forEach(t => {
    const go = () => t.matches(":hover, :focus-within") ? setTimeout(go, 2000) : t.remove();
    t.dataset.t = ""; setTimeout(go, $("form", t) ? 20000 : 6000);
  });
  all("[data-reveal]").forEach(t => t.hidden = false);
};
fresh();
// On a phone the open tab may be out of sight.
$(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Where focus goes back to when a dialog closes: its link, or the button of the menu that held the link.
let opener;
on("click", async e => {
  const t = e.target, near = s => t.closest?.(s);
  let m;
  if ((m = near("[popovertarget]") ?? near("[data-dialog]")) && !near(".menu")) opener = m;
  if (near("[data-close]") && (m = near("dialog[open]"))) { e.preventDefault(); m.close(); }
  // A click on the backdrop closes, never a form that was touched.
  if (t.matches?.("dialog[open]") && !$(":user-invalid, :user-valid", t)) t.close();
  if (m = near("[data-reveal]")) { const t = $(m.dataset.reveal), show = t.type === "password"; t.type = show ? "text" : "password"; m.setAttribute("aria-pressed", show); }
  if (m = near("[data-dismiss]")) m.closest(".toast, .note").remove();
  // Without https there is no clipboard: leave the text selected.
  if (m = near("[data-copy]")) {
    const t = $(m.dataset.copy);
    getSelection().selectAllChildren(t);
    await navigator.clipboard.writeText(t.textContent.trim());
    toast("success", "Copied");
  }
});
// Select all on this page.
on("change", e => e.target.matches("[data-all]") && all("tbody [form=bulk]").forEach(t => t.checked = e.target.checked));
on("close", e => {
  const d = e.target;
  if (!$(":focus") || $(":focus", d)) opener?.focus();
  d.id === "dialog" && setTimeout(() => d.open || d.replaceChildren(), 200);
}, true);

// The page-wide dialog opens when something was swapped into it.
on("htmx:after:swap", e => {
  const d = e.detail.ctx.target;
  if (d?.id === "dialog" && d.firstElementChild && !d.open) d.showModal();
  // The menu of a row, filled on demand and shared by all rows.
  if (d?.id === "row-menu") d.showPopover({ source: opener });
  // The suggested slug, unless someone types in the field.
  const t = $("#suggested");
  if (t && !$("#slug:focus")) $("#slug").value = t.value;
  fresh();
});
// The server failed or did not answer: say so; 5xx is never swapped in, so nothing typed is lost.
for (const type of ["htmx:error", "htmx:response:error"])
  on(type, e => (e.detail.ctx?.response?.status ?? 500) >= 500 && ($(".toast[data-tone=danger]") || toast("danger", "The server had a problem. What you typed is still here.")));

// Switcher and search menu: arrows between field and links, type-ahead from a link, Enter for the first match. Enter waits
// for the results of what was typed (data-q).
const box = $("#switcher"), field = $("#org-q");
const plain = s => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const filter = () => {
  for (const li of all("li", box)) li.hidden = !plain($(".who__name", li).textContent).includes(plain(field.value));
  $("#org-none").textContent = $("li:not([hidden])", box) ? "" : "No match";
};
const go = menu => {
  const hits = $("[data-q]", menu);
  menu.dataset.go = "";
  if (hits && hits.dataset.q !== $("[name=q]", menu).value) return;
  delete menu.dataset.go;
  $("li:not([hidden]) a", menu)?.click();
};
on("htmx:after:swap", () => { if (field) filter(); const m = $("[data-go]"); if (m) go(m); });
field?.addEventListener("input", filter);
box?.addEventListener("toggle", e => { if (e.newState === "closed") { field.value = ""; filter(); } });
const mac = /Mac|iP/.test(navigator.platform), hint = $("#finder kbd");
if (hint) { hint.hidden = false; if (mac) hint.textContent = "⌘K"; }
on("keydown", e => {
  const key = e.key, menu = e.target.closest?.("#switcher, [data-menu]");
  if (menu) {
    const field = $("[name=q]", menu), typing = e.target === field, stops = [field, ...all(".menu__item", menu).filter(a => a.checkVisibility())], at = stops.indexOf(e.target);
    const to = key === "ArrowDown" ? stops[at + 1] ?? field : key === "ArrowUp" ? stops.at(at - 1)
      : typing && field.value ? 0 : key === "Home" ? stops[1] : key === "End" ? stops.at(-1) : 0;
    if (to) { e.preventDefault(); to.focus(); }
    else if (typing && key === "Enter") { e.preventDefault(); go(menu); }
    else if (key.length < 2 && key > " " && !e.ctrlKey && !e.metaKey) field.focus();
  }
  if ((e.ctrlKey || e.metaKey) && key === "k" && !$("dialog[open]")) {
    const link = $("#finder");
    if (link) { e.preventDefault(); link.click(); }
  }
  // "/" goes to the page's search field.
  const t = $("main input[type=search]");
  if (key === "/" && t && !e.target.closest("input, textarea, select, dialog")) { e.preventDefault(); t.focus(); }
});
})();
