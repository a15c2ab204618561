// `npm run example`: from a fresh clone to the passing run of a real small app. Arguments go to its Jest.
import path from 'node:path';
import { build, generate, install, root, runNode, say } from './steps.mjs';

try {
  install();
  build();
  generate('examples/blog', 'examples/blog/src/generated');
  say('examples/blog: jest');
  runNode([path.join(root, 'node_modules/jest/bin/jest.js'), '--verbose', ...process.argv.slice(2)], {
    cwd: path.join(root, 'examples/blog'),
  });
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
