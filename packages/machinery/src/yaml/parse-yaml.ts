import { type Document, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
import { YamlSyntaxError } from './yaml-error.ts';
import { type ConvertedYaml, yamlToJson } from './yaml-to-json.ts';

/**
 * Parses the first document of a YAML text to JSON, with the rules of `sigs.k8s.io/yaml`.
 *
 * @throws YamlSyntaxError with the line and the column.
 */
export function parseYaml(text: string): ConvertedYaml {
  const lines = new LineCounter();
  try {
    const document = compose(text, lines);
    const errors = document.errors.filter((error) => error.code !== 'MULTIPLE_DOCS');
    if (errors.length > 0) throw describe(errors);
    return yamlToJson(document, lines);
  } catch (error) {
    // Both the library and the conversion recurse.
    if (error instanceof RangeError) throw new YamlSyntaxError('exceeded max depth');
    throw error;
  }
}

function compose(text: string, lineCounter: LineCounter): Document.Parsed {
  return parseDocument(text, {
    // Plain scalars stay text here: which of them are numbers or booleans is upstream's business.
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    strict: true,
    logLevel: 'silent',
    lineCounter,
  });
}

/** A key that goes on in the next line is how a wrong indentation shows; upstream names the second line. */
function describe(errors: readonly YAMLParseError[]): YamlSyntaxError {
  const runOn = errors.find((error) => error.code === 'MULTILINE_IMPLICIT_KEY');
  const end = runOn?.linePos?.[1];
  if (end) return new YamlSyntaxError('mapping values are not allowed in this context', end);
  const [first] = errors;
  // The library reports its own stack overflow as an error of the document.
  if (first?.message.startsWith('Maximum call stack'))
    return new YamlSyntaxError('exceeded max depth', first.linePos?.[0]);
  const problem = first?.message.replace(/ at line \d+, column \d+:[\s\S]*$/, '') ?? 'malformed document';
  return new YamlSyntaxError(problem, first?.linePos?.[0]);
}
