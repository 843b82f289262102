// Without VitePress's own fonts: the reader's are there already.
export { default } from 'vitepress/theme-without-fonts';
