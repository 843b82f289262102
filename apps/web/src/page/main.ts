import { createPage } from './page.ts';

createPage();
