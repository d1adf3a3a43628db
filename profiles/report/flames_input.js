/* flames_input.js - zoom, tabs, search, keys. The third part, after flames_draw.js. */

const TABS = 12;       /* the others are in a list behind them */
const CRUMBS = 5;

/* ---- Zoom ---- */

function zoomTo(frame, isBack) {
    if (frame === state.zoom || frame.value === 0)
        return;
    if (!isBack)
        state.back.push(state.zoom);
    const hadFocus = frames.contains(document.activeElement);
    state.zoom = frame;
    state.at = frame;
    showCrumbs();
    render();
    showFound();
    if (hadFocus && frame.element !== null)
        frame.element.focus({preventScroll: true});
}

function goBack() {
    if (state.back.length > 0)
        zoomTo(state.back.pop(), true);
}

function showCrumbs() {
    const path = [];
    for (let frame = state.zoom; frame !== null; frame = frame.parent)
        path.unshift(frame);
    crumbs.replaceChildren();
    const back = html('button', {type: 'button', title: 'Esc'}, crumbs, '‹ Back');
    back.disabled = state.back.length === 0;
    back.addEventListener('click', goBack);
    path.forEach((frame, i) => {
        if (i > 0 && i < path.length - CRUMBS) {
            if (i === 1)
                html('span', {}, crumbs, '› …');
            return;
        }
        if (i > 0)
            html('span', {}, crumbs, '›');
        const crumb = html('button', {type: 'button', title: frame.name.text}, crumbs,
                           frame.name.text);
        if (frame === state.zoom)
            crumb.setAttribute('aria-current', 'true');
        crumb.addEventListener('click', () => zoomTo(frame, false));
    });
}

/* ---- Tabs ---- */

/* The same frame in another tab, or the nearest caller that is there too. */
function same(frame, root) {
    const path = [];
    for (; frame.parent !== null; frame = frame.parent)
        path.unshift(frame.name);
    let at = root;
    for (const name of path) {
        const next = at.callees.find(callee => callee.name === name);
        if (next === undefined)
            break;
        at = next;
    }
    return at;
}

function show(tab) {
    const zoom = same(state.zoom, open(tab));
    state.tab = tab;
    state.zoom = zoom;
    state.back = zoom.parent !== null ? [tab.root] : [];
    state.at = zoom;
    Array.from(tablist.querySelectorAll('button'), (button, i) => {
        button.setAttribute('aria-selected', i === tab.number);
        button.tabIndex = i === tab.number || (i === 0 && tab.number > TABS) ? 0 : -1;
    });
    const more = tablist.querySelector('select');
    if (more !== null) {
        more.value = tab.number > TABS ? tab.number : '';
        more.setAttribute('class', tab.number > TABS ? 'chosen' : '');
    }
    note.textContent = tab.note;
    showCrumbs();
    showFound();
    render();
}

function label(tab) {
    const share = percent(tab.value, tabs[0].value);
    return tab.number === 0 ? measure(tab.value) : share + '  ' + measure(tab.value);
}

/* Without its middle where it is long, as tables cut names: paths differ at their ends. */
function short(name) {
    const letters = Array.from(name), most = 30, begin = 11;
    if (letters.length <= most)
        return name;
    return letters.slice(0, begin).join('') + '…' +
        letters.slice(letters.length - (most - begin - 1)).join('');
}

function makeTabs() {
    if (tabs.length === 1)
        tablist.style.display = 'none';
    for (const tab of tabs.slice(0, TABS + 1)) {
        const button = html('button', {type: 'button', role: 'tab', title: tab.name}, tablist);
        html('span', {class: 'name'}, button, short(tab.name));
        html('span', {class: 'share'}, button, label(tab));
        button.addEventListener('click', () => show(tab));
    }
    if (tabs.length <= TABS + 1)
        return;
    const more = html('select', {'aria-label': 'More tabs'}, tablist);
    html('option', {value: '', disabled: ''}, more, (tabs.length - TABS - 1) + ' more …');
    for (const tab of tabs.slice(TABS + 1))
        html('option', {value: tab.number}, more, tab.name + '  ' + label(tab));
    more.addEventListener('change', () => show(tabs[Number(more.value)]));
}

/* Left and right among the tabs. */
function stepTab(by) {
    const buttons = tablist.querySelectorAll('button');
    const next = Math.min(state.tab.number, buttons.length - 1) + by;
    if (next < 0 || next >= buttons.length)
        return;
    show(tabs[next]);
    buttons[next].focus();
}

/* ---- Search ---- */

/* Capitals count if there are any. */
function compile(text) {
    try {
        return new RegExp(text, /[A-Z]/.test(text) ? 'u' : 'iu');
    } catch (error) {
        return undefined;
    }
}

function find() {
    const text = search.value;
    const expression = text === '' ? null : compile(text);
    search.setAttribute('aria-invalid', expression === undefined);
    state.search = expression === undefined ? null : expression;
    for (const name of names)
        name.found = state.search !== null && state.search.test(name.text);
    showFound();
    render();
}

/* A stack counts once: by the outermost of its frames that match. */
function showFound() {
    let value = 0;
    if (state.search === null) {
        found.textContent = search.value === '' ? '' : 'no regular expression';
        return;
    }
    walk(state.tab.root, frame => {
        value += frame.name.found ? frame.value : 0;
        return !frame.name.found;
    });
    found.textContent =
        'matched ' + measure(value) + ', ' + percent(value, state.tab.value) + ' of this tab';
}

/* ---- Events ---- */

function frameOf(event) {
    const group = event.target.closest ? event.target.closest('g.frame') : null;
    return group !== null && group.frame !== undefined ? group.frame : null;
}

function sibling(frame, by) {
    if (frame.parent === null)
        return null;
    const all = frame.parent.callees;
    return all[all.indexOf(frame) + by];
}

function widest(frame) {
    return frame.callees.reduce((best, callee) =>
        best === null || callee.value > best.value ? callee : best, null);
}

const frameKeys = {
    ArrowDown: frame => step(widest(frame)),
    ArrowUp: frame => step(frame.parent),
    ArrowLeft: frame => step(sibling(frame, -1)),
    ArrowRight: frame => step(sibling(frame, 1)),
    Home: () => step(state.tab.root),
    Enter: frame => zoomTo(frame, false),
    ' ': frame => zoomTo(frame, false),
};
const tabKeys = {ArrowLeft: () => stepTab(-1), ArrowRight: () => stepTab(1)};

function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey)
        return;
    const frame = frameOf(event);
    const isTab = event.target.closest && event.target.closest('[role=tab]') !== null;
    const key = frame !== null ? frameKeys[event.key] : isTab ? tabKeys[event.key] : undefined;
    if (key !== undefined) {
        key(frame);
    } else if (event.key === 'Escape' && search.value !== '' && event.target === search) {
        search.value = '';
        find();
    } else if (event.key === 'Escape') {
        goBack();
    } else if (event.key === '/' && event.target !== search) {
        search.focus();
    } else {
        return;
    }
    event.preventDefault();
}

frames.addEventListener('click', event => {
    const frame = frameOf(event);
    if (frame !== null)
        zoomTo(frame, false);
});
frames.addEventListener('mouseover', event => {
    const frame = frameOf(event);
    if (frame !== null)
        tell(frame);
});
frames.addEventListener('mouseleave', () => tell(state.at));
frames.addEventListener('focusin', event => {
    const frame = frameOf(event);
    if (frame !== null && frame !== state.at)
        stand(frame);
});
search.addEventListener('input', find);
document.addEventListener('keydown', press);
window.addEventListener('resize', render);
window.addEventListener('scroll', follow);

/* ---- From still to moving ---- */

const still = picture.querySelector('g.still');
const sample = still.querySelector('text.measure');
if (sample !== null && sample.getComputedTextLength() > 0)
    letter = sample.getComputedTextLength() / sample.textContent.length;
still.remove();
picture.removeAttribute('viewBox');
picture.setAttribute('width', '100%');
makeTabs();
show(tabs[0]);
