import {defineConfig} from 'vite';

export default defineConfig({
  // The built page may be served from any folder.
  base: './',
  // The package is a link into this repository, which the development server must be allowed to read.
  build: {target: 'es2022'},
  server: {fs: {allow: ['../../..']}},
});
