// Small ways to find and make elements. Nothing here ever parses markup from a string.

export const byId = (id) => document.getElementById(id);

/** Make an element with properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Draw one of the page's icons. */
export function icon(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  drawn.append(use);
  return drawn;
}

/** Make a round button that shows only an icon. */
export function iconButton(name, label, onclick) {
  const properties = {
    type: "button",
    className: "round quiet",
    title: label,
    ariaLabel: label,
    onclick,
  };
  return element("button", properties, icon(name));
}

/** Copy what a <template> holds. */
export function copyOf(templateId) {
  return byId(templateId).content.firstElementChild.cloneNode(true);
}

export const mediaUrl = (key) => `/media/${key}`;
