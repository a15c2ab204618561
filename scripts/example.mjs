// `npm run example`: from a fresh clone to the passing runs of real small apps. Arguments go to their Jest.
import path from 'node:path';
import { build, examples, generateExamples, install, root, runNode, say } from './steps.mjs';

try {
  install();
  build();
  generateExamples();
  for (const { folder } of examples) {
    say(`${folder}: jest`);
    runNode([path.join(root, 'node_modules/jest/bin/jest.js'), '--verbose', ...process.argv.slice(2)], { cwd: path.join(root, folder) });
  }
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
