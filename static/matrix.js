// The access matrix: tints the cells that differ from what was loaded, counts them, and asks before they are lost.
(() => {
const doc = document, $ = s => doc.querySelector(s), all = s => [...doc.querySelectorAll(s)];
const on = (type, f) => doc.addEventListener(type, f);
let leaving = false, asked = [];

const fields = () => all("#filters [name]"), values = () => fields().map(f => f.value), cells = () => all("#grid tbody select");
// The hidden field of the row has what each cell was, the role in the organization first.
const before = s => {
  const [kind, , column] = s.name.split("-");
  return s.closest("tr").querySelector("[name=shown]").value.split(",")[kind === "r" ? 0 : +column + 1];
};
const differs = s => s.value !== before(s), changes = () => cells().filter(differs).length;
const words = n => n === 1 ? "1 change" : n + " changes";

const show = () => {
  const n = changes(), bar = $("#save");
  for (const s of cells()) s.closest("td").toggleAttribute("data-changed", differs(s));
  if (!bar) return;
  bar.hidden = !n;
  $("#changes").textContent = n ? words(n) : "";
};
// A new table: on a phone each person is shown with the companies in which they have a role, and a button for the others.
const begin = () => {
  const form = $("#grid");
  if (!form) return;
  form.dataset.short = "";
  for (const th of all("#grid tbody th")) {
    const b = doc.createElement("button");
    Object.assign(b, { type: "button", className: "btn btn--sm grid__all", textContent: form.dataset.all });
    b.setAttribute("aria-expanded", "false");
    b.setAttribute("aria-describedby", th.querySelector(".who__name").id);
    th.append(b);
  }
  show();
};

on("change", e => {
  const t = e.target;
  if (t.matches("#grid tbody select")) show();
  if (t.name === "everybody") for (const box of all("#grid [name=pick]")) box.checked = t.checked;
  if (t.name === "pick" && !t.checked) $("#grid [name=everybody]").checked = false;
});
on("click", e => {
  const b = e.target.closest(".grid__all");
  if (b) b.setAttribute("aria-expanded", b.closest("tr").toggleAttribute("data-all"));
  if (e.target.closest("[data-discard]")) {
    e.preventDefault();
    for (const s of cells()) s.value = before(s);
    show();
  }
});
// A saved form and a downloaded file lose nothing.
on("submit", e => {
  const file = e.target.id === "filters" && e.submitter?.formAction.includes(".csv");
  if (e.target.id === "grid" || file) leaving = true;
  if (file) setTimeout(() => leaving = false, 1000);
});
addEventListener("pageshow", () => leaving = false);
addEventListener("beforeunload", e => { if (!leaving && changes()) e.preventDefault(); });
on("htmx:before:request", e => {
  if (e.detail.ctx.target?.id !== "matrix") return;
  const n = changes();
  // A search field that is left asks once more for what is shown.
  if (values().join("\n") === asked.join("\n")) e.preventDefault();
  else if (n && !confirm(`Discard ${words(n)}?`)) {
    e.preventDefault();
    fields().forEach((f, at) => f.value = asked[at]);
    // For htmx, so that the same search asks again later.
    $("#filter-q").dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    asked = values();
    underway.add(e.detail.ctx);
    wait();
  }
});
for (const type of ["htmx:error", "htmx:response:error"]) on(type, () => asked = []);
// No cell is changed while another table is on its way, which would take the change with it.
const underway = new Set();
const wait = () => { const form = $("#grid"); if (form) form.inert = underway.size > 0; };
on("htmx:finally:request", e => { if (underway.delete(e.detail.ctx)) wait(); });
on("htmx:after:swap", e => { if (e.detail.ctx.target?.id === "matrix") begin(); });
asked = values();
begin();
})();
