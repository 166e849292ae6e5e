import type { LabelSelector } from '@berth/kinds';
import { type LabelRequirement, labelSelectorRequirements } from '@berth/machinery';

const parsed = new WeakMap<LabelSelector, readonly LabelRequirement[]>();

/** The requirements of a label selector, parsed once for each selector object. An empty selector has none: it meets all. */
export function requirementsOf(selector: LabelSelector): readonly LabelRequirement[] {
  let requirements = parsed.get(selector);
  if (!requirements) parsed.set(selector, (requirements = labelSelectorRequirements(selector)));
  return requirements;
}
