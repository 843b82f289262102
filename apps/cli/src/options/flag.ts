import { type Command, Option } from 'commander';

import type { Kind } from './kinds.ts';

/**
 * One flag of a command, declared once. The option and its line in the help, the types of what is
 * typed and of what is kept, the default, and the check of what was kept all derive from it.
 */
export interface Flag<T, Kept extends Keeping = Keeping> {
  /** As commander reads it: `--epochs <n>`. */
  readonly flags: string;
  /** Another flag that sets it to false, and its help. */
  readonly negation?: readonly [flags: string, help: string];
  readonly help: string;
  readonly kind: Kind<T>;
  readonly kept: Kept;
  /** Where it is not given; a function where that depends on other flags. */
  readonly default?: unknown;
  /** For the help, where it is not the value itself. */
  readonly defaultText?: string;
  /** It changes nothing about what a run learns, so that it may be given with `--resume`. */
  readonly onResume?: true;
  /** The heading under which the help lists it. */
  readonly group?: string;
}

/**
 * Whether the settings of a run have it: always, by its default where it is not given; only where
 * it is given; or never, as it is used at once or settles other settings.
 */
export type Keeping = 'always' | 'given' | 'never';

/** What a flag is declared by, but for what the constructors below set. */
type Declaration<T> = Omit<Flag<T>, 'kept' | 'default' | 'group'>;

/** A flag that the settings always have. */
export function kept<T>(
  flag: Declaration<T> & { readonly default: NoInfer<T> | ((given: never) => NoInfer<T>) },
): Flag<T, 'always'> {
  return { ...flag, kept: 'always' };
}

/** A flag that the settings always have; where it is not given, the data settle it. */
export function keptOnceKnown<T>(flag: Declaration<T>): Flag<T | undefined, 'always'> {
  return { ...flag, kept: 'always' };
}

/** A flag that the settings have where it is given. */
export function keptIfGiven<T>(flag: Declaration<T>): Flag<T, 'given'> {
  return { ...flag, kept: 'given' };
}

/** A flag that the settings do not have. */
export function notKept<T>(flag: Declaration<T>): Flag<T, 'never'> {
  return { ...flag, kept: 'never' };
}

/** Flags by the names of their values. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The same flags, under a heading of the help. */
export function underHeading<F extends Flags>(group: string, flags: F): F;
export function underHeading(group: string, flags: Flags): Flags {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, { ...flag, group }]),
  );
}

/** What was typed. */
export type Typed<F extends Flags> = {
  readonly [K in keyof F]?: F[K] extends Flag<infer T> ? T : never;
};

/** What is kept. */
export type Kept<F extends Flags> = {
  readonly [K in keyof F as F[K] extends Flag<unknown, 'always'> ? K : never]: F[K] extends Flag<
    infer T
  >
    ? T
    : never;
} & {
  readonly [K in keyof F as F[K] extends Flag<unknown, 'given'> ? K : never]?: F[K] extends Flag<
    infer T
  >
    ? T
    : never;
};

/** Adds the flags to a command, in their order. */
export function addFlags(command: Command, flags: Flags): void {
  for (const [name, flag] of Object.entries(flags)) {
    command.addOption(optionOf(name, flag, flag.flags, helpOf(flag)));
    if (flag.negation !== undefined) {
      command.addOption(optionOf(name, { ...flag, kind: plain }, ...flag.negation));
    }
  }
}

/** What is kept of what was typed: defaults filled in. */
export function keptOf<F extends Flags>(flags: F, typed: Typed<F>): Kept<F>;
export function keptOf(
  flags: Flags,
  typed: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, flag]): [string, unknown][] => {
      const value = typed[name];
      if (flag.kept === 'never' || (flag.kept === 'given' && value === undefined)) return [];
      return [[name, value ?? defaultOf(flag, typed)]];
    }),
  );
}

/** What is wrong with what was kept, which somebody may have edited; undefined if nothing. */
export function keptProblem(
  flags: Flags,
  settings: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [name, { kind, kept }] of Object.entries(flags)) {
    const value = settings[name];
    if (kept === 'never' || (kept === 'given' && value === undefined) || kind.is(value)) continue;
    const received = value === undefined ? 'nothing' : JSON.stringify(value);
    const absent = kept === 'given' ? ', or absent' : '';
    return `${name} must be ${kind.expected}${absent}; received ${received}`;
  }
  return undefined;
}

/** The long names of flags, as they are typed: `--label-smoothing`. */
export function longName({ flags }: Flag<unknown>): string {
  return flags.split(' ')[0] ?? flags;
}

function defaultOf(flag: Flag<unknown>, typed: Readonly<Record<string, unknown>>): unknown {
  return typeof flag.default === 'function' ? flag.default(typed) : flag.default;
}

function helpOf({ help, default: value, defaultText }: Flag<unknown>): string {
  const isPlain = typeof value === 'string' || typeof value === 'number';
  const shown = defaultText ?? (isPlain ? value : undefined);
  return shown === undefined ? help : `${help} (default: ${shown})`.trimStart();
}

/** Read as it is. */
const plain: Kind<unknown> = { expected: '', is: () => true, parse: undefined };

/** commander names values after flags; ours have the name that the settings keep them by. */
class NamedOption extends Option {
  readonly #name: string;

  constructor(name: string, flags: string, help: string) {
    super(flags, help);
    this.#name = name;
  }

  override attributeName(): string {
    return this.#name;
  }
}

function optionOf(name: string, flag: Flag<unknown>, flags: string, help: string): Option {
  const option = new NamedOption(name, flags, help);
  const { parse, choices } = flag.kind;
  if (choices !== undefined) option.choices(choices);
  else if (parse !== undefined) option.argParser(parse);
  if (flag.group !== undefined) option.helpGroup(flag.group);
  return option;
}
