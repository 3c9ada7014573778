"use strict";
(async () => {
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const specs = JSON.parse($("charts").textContent);
const everybody = data.students.length;
const STATE = { g: "graded", w: "waiting", q: "put aside", m: "missing", ".": "" };
const CODE = { p: "passed", a: "partly", f: "failed", e: "error", t: "out of time", m: "out of memory", c: "crashed", n: "not run", h: "by hand", ".": "" };
const PAGE = 50;
const views = {};
let now = data.assignments.find((a) => a.full);
let chosen = [];
let member = new Uint8Array(everybody);

const number = (x, digits = 2) => x === null || x === undefined ? "–" : x.toLocaleString("en-GB", { maximumFractionDigits: digits });
const fixed = (x, digits = 2) => x === null || x === undefined ? "–" : x.toFixed(digits);
const percent = (x) => x === null || x === undefined ? "–" : `${Math.round(100 * x)} %`;
const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many || one + "s"}`;
const who = (i) => i < 0 ? "?" : data.names.length && data.names[i] !== data.students[i] ? `${data.names[i]} (${data.students[i]})` : data.students[i];
const quantile = (sorted, q) => {
  if (!sorted.length) return null;
  const at = q * (sorted.length - 1), low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
};
const known = (values, of = chosen) => of.map((i) => values[i]).filter((x) => x !== null && x !== undefined);
const sorted = (values) => Float64Array.from(values).sort();

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "click") made.addEventListener("click", value);
    else if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

// A table of rows; a column is {name, get, show?, number?, cell?}. Sorting and paging are kept while filters change.
const kept = {};
function table(place, label, columns, rows, { sort = null, size = PAGE } = {}) {
  const state = kept[place] ??= { sort, size };
  const target = $(place);
  const focused = target.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  target.replaceChildren();
  if (!rows.length) return;
  if (state.sort) {
    const [index, down] = state.sort, get = columns[index].get;
    const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
    rows = rows.map((row) => [get(row), row]).sort(([a], [b]) =>
      (a ?? null) === null ? 1 : (b ?? null) === null ? -1 : (down ? -1 : 1) * order(a, b)).map(([, row]) => row);
  }
  const again = () => table(place, label, columns, rows, { sort, size });
  const head = element("tr", {}, ...columns.map((column, index) => {
    const mine = state.sort && state.sort[0] === index;
    const press = () => {
      state.sort = [index, mine ? !state.sort[1] : Boolean(column.number)];
      again();
    };
    return element("th", { scope: "col", class: column.number ? "n" : null, title: column.help || null, "aria-sort": mine ? state.sort[1] ? "descending" : "ascending" : null },
      element("button", { type: "button", "data-key": `sort${index}`, click: press }, column.name));
  }));
  const body = rows.slice(0, state.size).map((row) => element("tr", {}, ...columns.map((column, index) => {
    const shown = column.show ? column.show(row) : column.get(row);
    return element(index ? "td" : "th", { scope: index ? null : "row", class: column.number ? "n" : null }, ...[shown ?? "–"].flat());
  })));
  target.append(element("table", {}, element("caption", {}, label), element("thead", {}, head), element("tbody", {}, ...body)));
  // Who has only a keyboard scrolls what is too wide.
  target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  target.setAttribute("role", "region");
  target.setAttribute("aria-label", label);
  if (rows.length > state.size) {
    target.append(element("button", { type: "button", class: "more", "data-key": "more", click: () => { state.size += 4 * PAGE; again(); } },
      `Show more (${number(rows.length - state.size)} left)`));
  }
  if (focused) target.querySelector(`[data-key="${focused}"]`)?.focus();
}

async function draw(name, sets) {
  const target = $(`c-${name}`);
  if (!views[name]) {
    const spec = { ...specs[name], datasets: sets };
    const result = await vegaEmbed(target, spec, {
      actions: false, ast: true, defaultStyle: false, logLevel: 1, renderer: "svg", tooltip: { disableDefaultStyle: true },
    });
    views[name] = result.view;
    return;
  }
  for (const [set, rows] of Object.entries(sets)) views[name].data(set, rows);
  await views[name].runAsync();
}

function bins(values, wanted, from, to, step, said) {
  const count = Math.max(1, Math.round((to - from) / step));
  const all = new Array(count).fill(0), mine = new Array(count).fill(0);
  const place = (x) => Math.min(count - 1, Math.max(0, Math.floor((x - from) / step + 1e-9)));
  values.forEach((x, i) => {
    if (x === null || x === undefined) return;
    all[place(x)] += 1;
    if (wanted[i]) mine[place(x)] += 1;
  });
  return all.map((n, i) => {
    const low = from + i * step, high = low + step, span = said(low, high);
    return { from: low, to: high, span, everybody: n, chosen: mine[i], said: `${span}: ${mine[i]} of ${n} students` };
  });
}

function nice(limit, count) {
  const rough = limit / count, power = 10 ** Math.floor(Math.log10(rough || 1));
  return [1, 2, 5, 10].map((x) => x * power).find((x) => x >= rough);
}

const cellName = (cell) => new Set(now.cells.map((c) => c.notebook)).size > 1 ? `${cell.notebook}/${cell.id}` : cell.id;
const graded = (i) => now.share[i] !== null && now.share[i] !== undefined;
const lost = (c, i) => now.points[c][i] !== null && now.points[c][i] < now.cells[c].max_points - 1e-9;

// Of a few marks only, which may be those of empty answers, nothing can be said.
const enough = (cell) => cell.marked * 2 >= Math.max(...now.cells.map((c) => c.marked));

function remarks(cell) {
  const found = [];
  if (!enough(cell)) found.push("few marks yet");
  else if (cell.item_rest !== null && cell.item_rest < 0) found.push("the weak do better");
  else if (cell.item_rest !== null && cell.item_rest < 0.2) found.push("does not tell apart");
  if (enough(cell) && cell.facility !== null && cell.facility < 0.2) found.push("very hard");
  if (enough(cell) && cell.facility !== null && cell.facility > 0.97) found.push("nearly all right");
  if (cell.flaky) found.push("flaky in its audit");
  if (cell.open) found.push("open");
  return found;
}

const filters = {
  text: "", cell: "", outcome: "lost", state: "", from: null, to: null,
  read() {
    this.text = $("f-text").value.trim().toLocaleLowerCase();
    this.cell = $("f-cell").value;
    this.outcome = $("f-outcome").value;
    this.state = $("f-state").value;
    this.from = $("f-from").value === "" ? null : $("f-from").valueAsNumber / 100;
    this.to = $("f-to").value === "" ? null : $("f-to").valueAsNumber / 100;
    $("f-outcome").disabled = this.cell === "";
  },
  fits(i) {
    if (this.text && !who(i).toLocaleLowerCase().includes(this.text)) return false;
    if (this.state === "late" && !now.late[i]) return false;
    if (this.state === "missing" && now.state[i] !== "m") return false;
    if (this.state === "quarantined" && now.state[i] !== "q") return false;
    if (this.state === "repaired" && !now.repairs[i]) return false;
    if (this.state === "pending" && !now.pending[i]) return false;
    if (this.from !== null && !(graded(i) && now.share[i] >= this.from - 1e-9)) return false;
    if (this.to !== null && !(graded(i) && now.share[i] <= this.to + 1e-9)) return false;
    if (this.cell !== "") {
      const c = Number(this.cell), points = now.points[c][i], most = now.cells[c].max_points;
      if (this.outcome === "open") return graded(i) && points === null && now.codes[c][i] !== ".";
      if (points === null || points === undefined) return false;
      if (this.outcome === "lost") return points < most - 1e-9;
      return this.outcome === "full" ? points >= most - 1e-9 : points <= 0;
    }
    return true;
  },
  any() { return Boolean(this.text || this.cell !== "" || this.state || this.from !== null || this.to !== null); },
};

function count(test) { let n = 0; for (let i = 0; i < everybody; i++) n += test(i) ? 1 : 0; return n; }

function head() {
  $("title").textContent = now.name;
  document.title = `Report: ${now.name}`;
  $("made").textContent = `${now.due ? `Due ${now.due} · ` : ""}${number(now.max)} points · as of ${data.made}`;
  const shares = sorted(now.share.filter((x) => x !== null));
  const figures = {
    students: number(count((i) => now.state[i] !== ".")),
    graded: number(count((i) => now.state[i] === "g")),
    late: number(count((i) => now.late[i])),
    missing: number(count((i) => now.state[i] === "m")),
    "put aside": number(count((i) => now.state[i] === "q")),
    repaired: number(count((i) => now.repairs[i] > 0)),
    "to be marked": number(count((i) => now.pending[i] > 0)),
    median: percent(quantile(shares, 0.5)),
    "alpha": fixed(now.alpha),
  };
  if (count((i) => now.state[i] === "w")) figures.waiting = number(count((i) => now.state[i] === "w"));
  $("figures").replaceChildren(...Object.entries(figures).map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  $("f-cell").replaceChildren(element("option", { value: "" }, "any"),
    ...now.cells.map((cell, c) => element("option", { value: String(c) }, cellName(cell))));
}

async function wholeClass() {
  const flagged = now.cells.filter((cell) => remarks(cell).length);
  const quality = now.cells.filter((c) => c.facility !== null && c.item_rest !== null).map((cell) => ({
    cell: cellName(cell), facility: cell.facility, item_rest: cell.item_rest,
    look: enough(cell) && (cell.item_rest < 0.2 || cell.facility < 0.2),
    said: `${cellName(cell)}: difficulty ${percent(cell.facility)}, item-rest ${fixed(cell.item_rest)}`,
  }));
  $("say-cells").textContent = `${plural(now.cells.length, "cell")}, ${flagged.length} worth a look` +
    (now.alpha === null ? "." : `. Cronbach's alpha of ${plural(now.alphaCells, "cell")}: ${fixed(now.alpha)}.`) +
    (now.notes.audit ? ` The audit's figures may not hold: ${now.notes.audit}` : "");
  await draw("quality", { quality });

  const { cells, pairs } = now.together;
  const strong = pairs.filter((p) => p[3] !== null).sort((a, b) => b[3] - a[3]);
  $("say-together").textContent = strong.length ? `${strong.filter((p) => p[3] >= 0.5).length} of ${strong.length} pairs have phi 0.5 or more.` : "Too few cells or too few mistakes.";
  $("c-together").closest("figure").hidden = !strong.length;
  if (strong.length) {
    const rows = [];
    const used = new Set(strong.flatMap((p) => [p[0], p[1]]));
    for (const [a, b, both, phi, jaccard] of strong.slice().sort((p, q) => Math.max(p[0], p[1]) - Math.max(q[0], q[1]) || Math.min(p[0], p[1]) - Math.min(q[0], q[1]))) {
      rows.push({ one: cells[Math.max(a, b)], other: cells[Math.min(a, b)], both, phi, jaccard, strength: Math.abs(phi) });
    }
    $("c-together").dataset.cells = used.size;
    await draw("together", { together: rows });
  }
  table("t-together", "Pairs that fail together most", [
    { name: "cell", get: (p) => cells[p[0]] }, { name: "and", get: (p) => cells[p[1]] },
    { name: "failed both", get: (p) => p[2], number: true },
    { name: "phi", get: (p) => p[3], show: (p) => fixed(p[3]), number: true },
    { name: "Jaccard", get: (p) => p[4], show: (p) => fixed(p[4]), number: true },
  ], strong, { size: 10 });

  $("say-similar").textContent = !now.notes.similar ? `Not compared: \`autograder similar ${now.name}\` does, and this report then shows it.`
    : `${plural(now.similarCount, "pair")} more alike than chance explains (compared ${now.notes.similar}). That is a reason to look, not a proof.`;
  table("t-similar", "Similar pairs, the least likely first", [
    { name: "student", get: (p) => who(p[0]) }, { name: "and", get: (p) => who(p[1]) },
    { name: "alike", get: (p) => p[3], show: (p) => percent(p[3]), number: true },
    { name: "chance", get: (p) => p[2], show: (p) => p[2] < 0.01 ? "less than 0.01" : fixed(p[2]), number: true },
  ], now.similar, { size: 10 });
}

function ofTerm() {
  const rows = [], states = [], lines = [], shown = [];
  for (const a of data.assignments) {
    const shares = sorted(known(a.share));
    const at = (q) => quantile(shares, q);
    if (shares.length) {
      rows.push({ assignment: a.name, lowest: at(0.05), lower: at(0.25), median: at(0.5), upper: at(0.75), highest: at(0.95),
        said: `${a.name}: median ${percent(at(0.5))}, middle half ${percent(at(0.25))} to ${percent(at(0.75))}` });
    }
    const tally = { "on time": 0, late: 0, "put aside": 0, waiting: 0, missing: 0 };
    for (const i of chosen) {
      if (a.late[i]) tally.late += 1;
      else if (a.state[i] === "g") tally["on time"] += 1;
      else if (STATE[a.state[i]]) tally[STATE[a.state[i]]] += 1;
    }
    Object.entries(tally).forEach(([state, students], order) => states.push({ assignment: a.name, state, students, order, said: `${a.name}: ${students} ${state}` }));
    if (chosen.length <= 10) for (const i of chosen) if (a.share[i] !== null) lines.push({ assignment: a.name, student: who(i), share: a.share[i] });
    shown.push({ a, n: shares.length, median: at(0.5), lower: at(0.25), upper: at(0.75), tally });
  }
  $("say-term").textContent = data.assignments.length > 1 ? `${data.assignments.length} assignments, by due date.` : "One assignment so far.";
  table("t-term", "Assignments, chosen students", [
    { name: "assignment", get: (r) => r.a.name }, { name: "due", get: (r) => (r.a.due || "").slice(0, 10) },
    { name: "graded", get: (r) => r.n, number: true },
    { name: "lower quartile", get: (r) => r.lower, show: (r) => percent(r.lower), number: true },
    { name: "median", get: (r) => r.median, show: (r) => percent(r.median), number: true },
    { name: "upper quartile", get: (r) => r.upper, show: (r) => percent(r.upper), number: true },
    { name: "late", get: (r) => r.tally.late, number: true }, { name: "missing", get: (r) => r.tally.missing, number: true },
    { name: "put aside", get: (r) => r.tally["put aside"], number: true },
  ], shown);
  return { rows, states, lines };
}

function outcomes() {
  const rows = [];
  now.cells.forEach((cell, c) => {
    const tally = [0, 0, 0, 0];
    for (const i of chosen) {
      const points = now.points[c][i];
      if (points === null || points === undefined) { if (graded(i) && now.codes[c][i] !== ".") tally[3] += 1; }
      else tally[points >= cell.max_points - 1e-9 ? 0 : points > 0 ? 1 : 2] += 1;
    }
    const total = tally[0] + tally[1] + tally[2] + tally[3];
    ["full points", "some points", "no points", "to be marked"].forEach((outcome, order) => {
      if (tally[order]) rows.push({ cell: cellName(cell), outcome, order, students: tally[order], said: `${cellName(cell)}: ${tally[order]} of ${total} have ${outcome}` });
    });
  });
  return rows;
}

function choose(field, value) { $(field).value = value; $("filters").dispatchEvent(new Event("input")); }

function tables() {
  table("t-cells", "Grade cells: difficulty and discrimination of the whole class", [
    { name: "cell", get: cellName },
    { name: "points", get: (c) => c.max_points, show: (c) => number(c.max_points), number: true },
    { name: "marked", get: (c) => c.marked, number: true },
    { name: "difficulty", get: (c) => c.facility, show: (c) => percent(c.facility), number: true, help: "mean share of the points; 100 % is easy" },
    { name: "item-rest", get: (c) => c.item_rest, show: (c) => fixed(c.item_rest), number: true, help: "correlation with the sum of the other cells" },
    { name: "D", get: (c) => c.upper_lower, show: (c) => fixed(c.upper_lower), number: true, help: "difficulty in the best 27 % less that in the weakest 27 %" },
    { name: "α without", get: (c) => c.alpha_without, show: (c) => fixed(c.alpha_without), number: true },
    { name: "errors", get: (c) => c.error + c.crashed, number: true, help: "ended by an exception or a crash" },
    { name: "time, memory", get: (c) => c.timeout + c.memory, number: true, help: "out of time or of memory" },
    ...(now.cells.some((c) => c.carried) ? [
      { name: "carried", get: (c) => c.carried, number: true, help: "earned with the reference in the place of an earlier mistake" },
    ] : []),
    { name: "CPU s", get: (c) => c.cpu_seconds_median, show: (c) => c.cpu_seconds_median === null ? "–" : `${number(c.cpu_seconds_median)} / ${number(c.cpu_seconds_95)}`, number: true, help: "median and 95th percentile" },
    { name: "MiB", get: (c) => c.peak_mib_95, show: (c) => number(c.peak_mib_95, 0), number: true, help: "95th percentile" },
    ...(now.cells.some((c) => c.killed !== null) ? [
      { name: "mutants", get: (c) => c.killed, show: (c) => c.killed === null ? "–" : `${c.killed} / ${c.killed_alone}`, number: true, help: "wrong solutions that its tests find, and that only they find" },
      { name: "false fail", get: (c) => c.false_fail, show: (c) => c.false_fail ? c.false_fail.toPrecision(1) : "0", number: true },
    ] : []),
    { name: "worth a look", get: (c) => remarks(c).join(", "), show: (c) => remarks(c).length ? element("span", { class: "look" }, remarks(c).join(", ")) : "" },
    { name: "lost points", get: (c) => -c.passed, show: (c) => element("button", { type: "button", "aria-label": `Show who lost points in ${cellName(c)}`, click: () => { choose("f-cell", String(now.cells.indexOf(c))); $("students").scrollIntoView(); } }, "show who") },
  ], now.cells, { size: 200 });

  const count = (row) => row.who.reduce((n, i) => n + member[i], 0);
  const most = chosen.filter(graded).length || 1;
  const said = (rows) => rows.map((row) => ({ ...row, n: count(row) })).filter((row) => row.n);
  const columns = (name) => [
    { name: "students", get: (r) => r.n, show: (r) => {
      const bar = element("span", { class: "bar", "aria-hidden": "true" });
      bar.style.width = `${5 * r.n / most}rem`;
      return [bar, number(r.n)];
    }, number: true },
    { name: "cell", get: (r) => r.cell }, { name, get: (r) => r.text },
    { name: "ended", get: (r) => r.status.replace("_", " ") },
  ];
  const messages = said(now.messages), diagnoses = said(now.diagnoses);
  $("say-wrong").textContent = messages.length ? `The most common: “${messages.reduce((a, b) => b.n > a.n ? b : a).text}”` : "No messages.";
  $("diagnoses").hidden = !diagnoses.length;
  table("t-diagnoses", "Diagnoses of the chosen students", columns("diagnosis").slice(0, 3), diagnoses, { sort: [0, true], size: 12 });
  table("t-messages", "Messages that the chosen students read; those that differ in numbers only are one", columns("message"), messages, { sort: [0, true], size: 12 });

  const late = chosen.filter((i) => now.late[i]), missing = chosen.filter((i) => now.state[i] === "m");
  $("say-late").textContent = `${plural(late.length, "student is", "students are")} late, ${number(missing.length)} handed in nothing.`;
  table("t-late", "Late", [
    { name: "student", get: who },
    { name: "hours late", get: (i) => now.hours_late[i], show: (i) => number(now.hours_late[i], 1), number: true },
    { name: "taken off", get: (i) => now.penalty[i], show: (i) => number(now.penalty[i]), number: true },
    { name: "score", get: (i) => now.score[i], show: (i) => number(now.score[i]), number: true },
  ], late, { sort: [1, true], size: 10 });

  const seconds = sorted(known(now.seconds)), memory = sorted(known(now.peak_mib));
  $("say-cost").textContent = seconds.length ? `A submission takes ${number(quantile(seconds, 0.5), 1)} s (median; 95 %: ${number(quantile(seconds, 0.95), 1)} s)` +
    (memory.length ? ` and at most ${number(quantile(memory, 0.95), 0)} MiB in 95 % of cases.` : ".") : "Not measured.";

  const aside = chosen.filter((i) => now.state[i] === "q");
  const repairs = now.repairList.filter((r) => member[r[0]]);
  $("say-aside").textContent = `${plural(aside.length, "submission")} could not be read; ${plural(new Set(repairs.map((r) => r[0])).size, "submission was", "submissions were")} repaired.`;
  table("t-aside", "Put aside", [{ name: "student", get: who }, { name: "reason", get: (i) => now.reasons[i] || "" }], aside, { size: 10 });
  table("t-repairs", "Repaired", [{ name: "student", get: (r) => who(r[0]) }, { name: "cell", get: (r) => r[2] }, { name: "what", get: (r) => r[3] }], repairs, { size: 10 });

  table("t-students", `Students${filters.any() ? ", chosen" : ""}`, [
    { name: "student", get: (i) => data.names[i] || data.students[i], show: (i) => who(i) },
    { name: "submission", get: (i) => now.late[i] ? "late" : STATE[now.state[i]] },
    { name: "score", get: (i) => now.score[i], show: (i) => number(now.score[i]), number: true },
    { name: "share", get: (i) => now.share[i], show: (i) => percent(now.share[i]), number: true },
    { name: "taken off", get: (i) => now.penalty[i], show: (i) => number(now.penalty[i]), number: true },
    { name: "to be marked", get: (i) => now.pending[i], number: true },
    { name: "hours late", get: (i) => now.hours_late[i], show: (i) => number(now.hours_late[i], 1), number: true },
    { name: "repairs", get: (i) => now.repairs[i], number: true },
    { name: "seconds", get: (i) => now.seconds[i], show: (i) => number(now.seconds[i], 1), number: true },
    { name: "MiB", get: (i) => now.peak_mib[i], show: (i) => number(now.peak_mib[i], 0), number: true },
    { name: "lost points", get: (i) => now.cells.filter((_, c) => graded(i) && lost(c, i)).length, show: (i) => !graded(i) ? "–" : detail(i), number: false },
  ], chosen, { size: PAGE });
}

function detail(i) {
  const missed = now.cells.map((cell, c) => [cell, c]).filter(([, c]) => lost(c, i));
  if (!missed.length) return "none";
  const button = element("button", { type: "button", "aria-expanded": "false", "aria-label": `Cells in which ${who(i)} lost points`, click: () => {
    const row = button.closest("tr"), next = row.nextElementSibling;
    const shown = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!shown));
    if (shown) { next.remove(); return; }
    row.after(element("tr", { class: "lost" }, element("td", { colspan: "11" }, ...missed.map(([cell, c]) =>
      element("span", {}, `${cellName(cell)} ${number(now.points[c][i])}/${number(cell.max_points)} ${CODE[now.codes[c][i]]}`)))));
  } }, plural(missed.length, "cell"));
  return button;
}

async function chosenCharts() {
  const shares = sorted(known(now.share));
  const mean = shares.length ? shares.reduce((a, b) => a + b, 0) / shares.length : null;
  $("say-scores").textContent = shares.length ? `${plural(shares.length, "student")}: median ${percent(quantile(shares, 0.5))}, mean ${percent(mean)}; ` +
    `half of them have between ${percent(quantile(shares, 0.25))} and ${percent(quantile(shares, 0.75))}.` : "Nobody who is chosen was graded.";
  const most = Math.max(1, ...now.share.filter((x) => x !== null));
  await draw("scores", { scores: bins(now.share, member, 0, Math.ceil(20 * most - 1e-9) / 20, 0.05, (a, b) => `${Math.round(100 * a)} to ${Math.round(100 * b)} %`) });
  const rows = outcomes();
  $("c-outcomes").parentElement.hidden = !rows.length;
  if (rows.length) await draw("outcomes", { outcomes: rows });
  const hours = sorted(now.hours_late.filter((x) => x !== null));
  $("c-times").parentElement.hidden = !hours.length;
  if (hours.length) {
    const low = Math.max(-96, 6 * Math.floor(quantile(hours, 0.01) / 6)), high = Math.min(168, 6 * Math.ceil(Math.max(6, quantile(hours, 0.995)) / 6));
    await draw("times", { times: bins(now.hours_late, member, low, Math.max(high, low + 6), 6, (a, b) => `${a} to ${b} h`) });
  }
  for (const [name, values] of [["seconds", now.seconds], ["memory", now.peak_mib]]) {
    const all = sorted(values.filter((x) => x !== null));
    $(`c-${name}`).parentElement.hidden = !all.length;
    if (!all.length) continue;
    const step = nice(Math.max(quantile(all, 0.99), 1e-3), 24);
    await draw(name, { [name]: bins(values, member, 0, step * Math.ceil(Math.max(quantile(all, 0.99), step) / step), step, (a, b) => `${number(a)} to ${number(b)}`) });
  }
  const { rows: quartiles, states, lines } = ofTerm();
  await draw("term", { term: quartiles, lines });
  await draw("states", { states });
}

let round = 0;
async function apply() {
  const mine = ++round;
  filters.read();
  chosen = [];
  for (let i = 0; i < everybody; i++) {
    member[i] = now.state[i] !== "." && filters.fits(i) ? 1 : 0;
    if (member[i]) chosen.push(i);
  }
  const all = count((i) => now.state[i] !== ".");
  $("count").textContent = filters.any() ? `${number(chosen.length)} of ${plural(all, "student")}` : plural(all, "student");
  tables();
  if (mine === round) await chosenCharts();
  if (mine === round) document.documentElement.dataset.shown = String(chosen.length);
}

async function show(name) {
  now = data.assignments.find((a) => a.name === name && a.full);
  for (const key of Object.keys(kept)) delete kept[key];
  head();
  await apply();
  await wholeClass();
}

const harmless = (text) => /^\s*[=+\-@＝＋－＠]/.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
const csv = (rows) => rows.map((row) => row.map((value) => {
  const text = typeof value === "number" ? String(value) : harmless(String(value ?? ""));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}).join(",")).join("\n") + "\n";

const files = {
  students: () => csv([["student", ...(data.names.length ? ["name"] : []), "state", "late", "score", "share", "penalty", "to_be_marked", "handed_in", "hours_late", "repairs", "seconds", "mib"],
    ...chosen.map((i) => [data.students[i], ...(data.names.length ? [data.names[i]] : []), STATE[now.state[i]], now.late[i], now.score[i], now.share[i], now.penalty[i], now.pending[i], now.handedIn[i], now.hours_late[i], now.repairs[i], now.seconds[i], now.peak_mib[i]])]),
  cells: () => csv([Object.keys(now.cells[0] || {}), ...now.cells.map((cell) => Object.values(cell))]),
  marks: () => csv([["student", ...now.cells.map(cellName)], ...chosen.filter(graded).map((i) => [data.students[i], ...now.points.map((row) => row[i])])]),
  json: () => JSON.stringify(data),
};

function save(kind) {
  const type = kind === "json" ? "application/json" : "text/csv;charset=utf-8";
  const link = element("a", { href: URL.createObjectURL(new Blob([files[kind]()], { type })), download: `${kind === "json" ? "report" : `${now.name}-${kind}`}.${kind === "json" ? "json" : "csv"}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const full = data.assignments.filter((a) => a.full);
$("assignment").append(...full.map((a) => element("option", { value: a.name }, a.name)));
$("picker").hidden = full.length < 2;
$("assignment").value = now.name;
$("assignment").addEventListener("change", () => show($("assignment").value));
let waiting = 0;
$("filters").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
$("filters").addEventListener("reset", () => setTimeout(apply));
$("filters").addEventListener("submit", (event) => event.preventDefault());
document.querySelectorAll("[data-save]").forEach((button) => button.addEventListener("click", () => save(button.dataset.save)));
$("foot").textContent = `Made by autograder report, ${data.made}.` + (data.anonymous ? " Names are pseudonyms; what fewer than three students did is left out." : "");
await show(now.name);
document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
