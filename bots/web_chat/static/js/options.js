// The sheet of options: the clip's shape, and a field for each option of the chosen effect.

import { byId, element } from "./elements.js";

const SHAPES = ["auto", "1:1", "3:4", "9:16", "4:3", "16:9"];

/** Remembers what was set for each effect while the page is open. */
export class Options {
  aspect = "auto";
  #strings;
  #chosen = new Map();
  #effect = null;

  constructor(strings) {
    this.#strings = strings;
    byId("options-reset").onclick = () => this.#reset();
  }

  open(effect) {
    this.#effect = effect;
    this.#draw();
    byId("options-sheet").showModal();
  }

  /** What was set for an effect; what was left alone is left to the effect. */
  paramsOf(effect) {
    return effect === null ? {} : Object.fromEntries(this.#of(effect));
  }

  #of(effect) {
    if (!this.#chosen.has(effect.id)) this.#chosen.set(effect.id, new Map());
    return this.#chosen.get(effect.id);
  }

  #reset() {
    this.aspect = "auto";
    this.#chosen.delete(this.#effect.id);
    this.#draw();
  }

  #draw() {
    const fields = this.#effect.options.map((option) => this.#field(option));
    byId("options-fields").replaceChildren(this.#shapes(), ...fields);
  }

  #shapes() {
    const choose = (shape) => (this.aspect = shape);
    return segments(this.#strings.say("shape"), "shape", SHAPES, this.aspect, choose, (shape) =>
      shape === "auto" ? [this.#strings.say("shape_auto")] : [outline(shape), shape],
    );
  }

  #field(option) {
    const settings = this.#of(this.#effect);
    const value = settings.get(option.name) ?? option.default;
    const set = (chosen) => settings.set(option.name, chosen);
    switch (option.kind) {
      case "bool":
        return toggle(option, value, set);
      case "choice":
        return segments(option.label, option.name, option.choices, value, set, (choice) => [
          element("span", { className: "choice-name", textContent: choice.replaceAll("_", " ") }),
        ]);
      case "color":
        return colour(option, value, set);
      default:
        return slider(option, value, set);
    }
  }
}

function segments(label, name, values, chosen, set, draw) {
  const field = element(
    "div",
    { className: "field" },
    element("span", { className: "field-name", textContent: label }),
  );
  const row = element("div", { className: "segments", role: "radiogroup", ariaLabel: label });
  for (const value of values) {
    const radio = element("input", {
      type: "radio",
      name,
      value,
      checked: value === chosen,
      onchange: () => set(value),
    });
    row.append(element("label", {}, radio, ...draw(value)));
  }
  field.append(row);
  return field;
}

function toggle(option, value, set) {
  const box = element("input", {
    type: "checkbox",
    className: "switch",
    role: "switch",
    checked: value,
  });
  box.onchange = () => set(box.checked);
  return element(
    "label",
    { className: "field line" },
    element("span", { className: "field-name", textContent: option.label }),
    box,
  );
}

function slider(option, value, set) {
  const whole = option.kind === "int";
  const low = option.minimum ?? 0;
  const high = option.maximum ?? (whole ? 10 : 1);
  const range = element("input", {
    type: "range",
    min: low,
    max: high,
    step: whole ? 1 : fineStep(high - low),
    value,
  });
  const shown = element("output");
  const show = () => (shown.textContent = whole ? range.value : Number(range.value).toFixed(2));
  range.oninput = () => {
    set(Number(range.value));
    show();
  };
  show();
  const name = element("span", { className: "field-name" }, option.label, shown);
  return element("label", { className: "field" }, name, range);
}

/** A step that is a power of ten, and at most a hundredth of the range. */
const fineStep = (range) => 10 ** Math.floor(Math.log10(range / 100));

function colour(option, value, set) {
  const well = element("input", { type: "color", value });
  well.oninput = () => set(well.value);
  return element(
    "label",
    { className: "field line" },
    element("span", { className: "field-name", textContent: option.label }),
    well,
  );
}

/** Draw a shape's outline: its longer side is one unit. */
function outline(shape) {
  const [width, height] = shape.split(":").map(Number);
  const drawn = element("span", { className: "shape", ariaHidden: "true" });
  drawn.style.setProperty("--wide", Math.min(1, width / height));
  drawn.style.setProperty("--tall", Math.min(1, height / width));
  return drawn;
}
