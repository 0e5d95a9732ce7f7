/** What a combination of inputs must hold to. */
import type { Settings } from '../model/settings.ts';
import type { InputName } from './inputs.ts';

export interface Rule {
  /** The inputs it speaks of. It is silent when one of them was refused already. */
  readonly about: readonly InputName[];
  /** One sentence when the rule is broken. */
  broken(settings: Settings): string | undefined;
}
