import type { CliAnswers } from '../build/cli-answers.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    cliAnswers: () => Promise<CliAnswers>;
    crashGpu: () => Promise<void>;
  }
}
