'use strict';
const root = document.documentElement, svg = document.getElementById('picture');
const layer = document.getElementById('picture-layer');
const card = document.getElementById('picture-card');
const panel = document.getElementById('picture-source');
const { states, levels, pieces: more } =
  JSON.parse(document.getElementById('picture-states').textContent);

// --- the visible part -----------------------------------------------------------------------

let all = svg.getAttribute('viewBox').split(' ').map(Number);
let view = [...all];

function show() { svg.setAttribute('viewBox', view.join(' ')); }

function scale() { // picture points to a pixel
  const box = svg.getBoundingClientRect();
  return Math.max(view[2] / box.width, view[3] / box.height);
}

function place(event) { // where in the picture a pointer is
  const box = svg.getBoundingClientRect(), s = scale();
  return [view[0] + view[2] / 2 + (event.clientX - box.left - box.width / 2) * s,
    view[1] + view[3] / 2 + (event.clientY - box.top - box.height / 2) * s];
}

function zoom(factor, at) {
  const [x, y] = at || [view[0] + view[2] / 2, view[1] + view[3] / 2];
  const wide = Math.min(Math.max(view[2] * factor, all[2] / 200), all[2] * 8);
  const f = wide / view[2];
  view = [x - (x - view[0]) * f, y - (y - view[1]) * f, view[2] * f, view[3] * f];
  show();
}

function move(dx, dy) { view[0] += dx; view[1] += dy; show(); }

function fit() { view = [...all]; show(); }

// --- states: pieces at places; the pieces of the first state are in the page ------------------

const rest = document.createElementNS(svg.namespaceURI, 'g');
rest.innerHTML = more.join('');
const pieces = [...layer.children, ...rest.children].map(piece => piece.cloneNode(true));
let now = 0;

function at(group) {
  const found = /translate\((\S+) (\S+)\)/.exec(group.getAttribute('transform'));
  return [Number(found[1]), Number(found[2])];
}

function draw(number) {
  const before = new Map([...layer.children].filter(g => g.id).map(g => [g.id, at(g)]));
  const { drawn, size } = states[number], groups = [];
  for (let i = 0; i < drawn.length; i += 3) {
    const group = pieces[drawn[i]].cloneNode(true);
    group.setAttribute('transform', `translate(${drawn[i + 1] / 10} ${drawn[i + 2] / 10})`);
    groups.push(group);
  }
  layer.replaceChildren(...groups);
  now = number;
  all = [0, 0, ...size];
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) glide(groups, before);
  mark();
}

function glide(groups, before) { // from where things were to where they are
  const px = ([x, y]) => `translate(${x}px, ${y}px)`;
  for (const group of groups) {
    const was = before.get(group.id), here = px(at(group));
    const frames = was ? [{ transform: px(was) }, { transform: here }]
      : [{ opacity: 0 }, { opacity: 0, offset: 0.5 }, { opacity: 1 }];
    group.animate(frames, { duration: 220, easing: 'ease-out' });
  }
}

function can(name) { // whether a block can open and close
  return states.some(s => s.open.includes(name)) && states.some(s => s.closed.includes(name));
}

function mark() {
  for (const group of layer.querySelectorAll('[data-place]'))
    if (can(group.dataset.place)) group.classList.add('can');
    else group.removeAttribute('aria-expanded');
  for (const handle of layer.querySelectorAll('.handle:not(.can)')) handle.remove();
  for (const [i, button] of [...document.querySelectorAll('[data-level]')].entries())
    button.setAttribute('aria-pressed', String(levels[i] === now));
}

function nearest(fits) { // the state with the fewest differences in open blocks
  const here = new Set(states[now].open);
  let best = -1, least = Infinity;
  for (const [i, state] of states.entries()) {
    if (!fits(state)) continue;
    const common = state.open.filter(name => here.has(name)).length;
    const far = here.size + state.open.length - 2 * common;
    if (far < least) { best = i; least = far; }
  }
  return best;
}

function block(name) { // the wall of an open block, or its box
  return [...layer.querySelectorAll('[data-place]')]
    .find(g => g.dataset.place === name && !g.matches('.handle'));
}

function turn(name) { // open a closed block, close an open one; it stays where it is
  const open = states[now].open.includes(name);
  const next = nearest(s => (open ? s.closed : s.open).includes(name));
  if (next < 0) return;
  const was = at(block(name)), focused = layer.contains(document.activeElement);
  draw(next);
  const here = at(block(name));
  move(here[0] - was[0], here[1] - was[1]);
  if (focused) focus(name);
  tell(block(name));
}

function focus(name) {
  const button = [...layer.querySelectorAll('[data-place][tabindex]')]
    .find(g => g.dataset.place === name);
  if (button) button.focus({ preventScroll: true });
}

// --- the details of a box, and where it is written -------------------------------------------

function close() {
  card.hidden = true;
  for (const old of document.querySelectorAll('.chosen')) old.classList.remove('chosen');
  for (const old of document.querySelectorAll('.lit')) old.classList.remove('lit');
}

function line(number) { return document.getElementById(`line:${number}`); }

function tell(group) {
  close();
  group.classList.add('chosen');
  const known = group.dataset, title = group.querySelector(':scope > title');
  const numbers = known.lines ? known.lines.split(' ') : [];
  card.querySelector('h2').textContent = known.name;
  const list = card.querySelector('dl');
  list.replaceChildren();
  const add = (name, content) => {
    const term = document.createElement('dt'), text = document.createElement('dd');
    term.textContent = name;
    text.append(content);
    list.append(term, text);
  };
  if (known.path) add('module', known.path);
  const tooltip = title ? title.textContent : '';
  if (tooltip) add('details', tooltip.startsWith(`${known.path}\n`)
    ? tooltip.slice(known.path.length + 1) : tooltip);
  if (numbers.length) add('source', link(numbers[0]));
  const button = card.querySelector('[data-do=toggle]');
  button.hidden = !(known.place && can(known.place));
  button.dataset.name = known.place || '';
  button.textContent = states[now].open.includes(known.place) ? 'close' : 'open';
  card.hidden = false;
  for (const number of numbers) line(number).classList.add('chosen');
  if (numbers.length) line(numbers[0]).scrollIntoView({ block: 'nearest' });
}

function link(number) {
  const made = document.createElement('a');
  made.href = `#line:${number}`;
  made.textContent = line(number).dataset.label;
  made.addEventListener('click', event => {
    event.preventDefault();
    source(true);
    line(number).scrollIntoView({ block: 'center' });
  });
  return made;
}

function holds(state, number) { // whether a box of that line is drawn
  for (let i = 0; i < state.drawn.length; i += 3)
    if (reads(pieces[state.drawn[i]], number)) return true;
  return false;
}

function reads(group, number) {
  return Boolean(group.dataset.lines) && group.dataset.lines.split(' ').includes(number);
}

function light(number) { // mark the boxes of a line, and open the blocks around them
  close();
  const next = nearest(state => holds(state, number));
  if (next < 0) return;
  if (next !== now) draw(next);
  line(number).classList.add('chosen');
  const found = [...layer.children].filter(group => reads(group, number));
  for (const group of found) group.classList.add('lit');
  reveal(found[0]);
}

function reveal(group) { // move it into sight
  const box = group.getBoundingClientRect(), frame = svg.getBoundingClientRect();
  const seen = box.bottom > frame.top + 40 && box.top < frame.bottom - 40
    && box.right > frame.left + 40 && box.left < frame.right - 40;
  if (seen) return;
  move((box.left + box.width / 2 - frame.left - frame.width / 2) * scale(),
    (box.top + box.height / 2 - frame.top - frame.height / 2) * scale());
}

for (const item of panel.querySelectorAll('li')) {
  const number = item.id.slice('line:'.length);
  if (!states.some(state => holds(state, number))) continue;
  item.tabIndex = 0;
  item.setAttribute('role', 'button');
  item.addEventListener('click', () => { if (!String(getSelection())) light(number); });
}

function source(open) {
  panel.hidden = open === undefined ? !panel.hidden : !open;
  document.querySelector('[data-do=source]').setAttribute('aria-expanded', String(!panel.hidden));
}

function theme() {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
}

// --- pointer and keys ------------------------------------------------------------------------

svg.addEventListener('wheel', event => {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  zoom(Math.exp(Math.max(-240, Math.min(240, event.deltaY * lines)) * 0.0016), place(event));
}, { passive: false });

let held = null;
svg.addEventListener('pointerdown', event => {
  if (event.button) return;
  held = { x: event.clientX, y: event.clientY, far: false, on: event.target };
});
svg.addEventListener('pointermove', event => {
  if (!held) return;
  const dx = event.clientX - held.x, dy = event.clientY - held.y;
  if (!held.far && Math.hypot(dx, dy) < 4) return;
  if (!held.far) { held.far = true; svg.setPointerCapture(event.pointerId); }
  svg.classList.add('moving');
  move(-dx * scale(), -dy * scale());
  held.x = event.clientX;
  held.y = event.clientY;
});
for (const name of ['pointerup', 'pointercancel']) svg.addEventListener(name, () => {
  svg.classList.remove('moving');
  const was = held;
  held = null;
  if (was && !was.far && name === 'pointerup') click(was.on);
});

function click(on) { // a closed block opens; the handle or the title of an open one closes it
  const group = on.closest('[data-name], .handle');
  if (!group) return close();
  const turns = group.matches('.can') && (!group.matches('.cluster') || on.matches('text'));
  if (turns) turn(group.dataset.place); else tell(group);
}

const actions = {
  in: () => zoom(0.8), out: () => zoom(1.25), fit, theme, close, source: () => source(),
  toggle: event => turn(event.currentTarget.dataset.name),
};
for (const button of document.querySelectorAll('button'))
  button.addEventListener('click', actions[button.dataset.do]);

const row = document.getElementById('picture-levels');
row.hidden = !levels.length;
for (const [i, number] of levels.entries()) {
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.level = i;
  button.textContent = i;
  button.title = i ? `${i} levels of blocks open` : 'all blocks closed';
  button.addEventListener('click', () => { close(); draw(number); fit(); });
  row.append(button);
}

function press(key, group) { // on a box
  const name = group.matches('.can') ? group.dataset.place : '';
  const open = states[now].open.includes(name);
  if (key === 'Enter' || key === ' ') return name ? () => turn(name) : () => tell(group);
  if (name && (open ? key === '-' : key === '+' || key === '=')) return () => turn(name);
  return null;
}

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const on = event.target.closest ? event.target : document.body;
  const group = on.closest('#picture [role=button]'), item = on.closest('li[role=button]');
  const step = 60 * scale();
  const keys = {
    '+': () => zoom(0.8), '=': () => zoom(0.8), '-': () => zoom(1.25), '0': fit, Escape: close,
    ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0),
    ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
  };
  let act = (group && press(event.key, group)) || keys[event.key];
  if (item && (event.key === 'Enter' || event.key === ' ')) act = () => item.click();
  else if (panel.contains(on) && event.key !== 'Escape') act = null; // it scrolls
  if (!act) return;
  event.preventDefault();
  act();
});

mark();
if (innerWidth <= 760) source(false);
