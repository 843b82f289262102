/** The flags that set options of our packages. */
const flags: Readonly<Record<string, string>> = {
  force: '--force',
  groupBy: '--group-by',
  into: '--into',
  mode: '--mode',
};

const options = new RegExp(`\`(${Object.keys(flags).join('|')})(?:: '(\\w+)')?\``, 'g');

/** A package's message with flags for a program's options: `mode: 'copy'` becomes --mode copy. */
export function nameFlags(text: string): string {
  return text.replaceAll(options, (_, name: string, value: string | undefined) =>
    [flags[name], value].filter((word) => word !== undefined).join(' '),
  );
}
