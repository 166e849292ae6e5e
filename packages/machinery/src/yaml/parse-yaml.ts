import { LineCounter, type YAMLParseError } from 'yaml';
import { composeDocument } from './compose-document.ts';
import { YamlSyntaxError } from './yaml-error.ts';
import { type ConvertedYaml, yamlToJson } from './yaml-to-json.ts';

/**
 * Parses the first document of a YAML text to JSON, with the rules of `sigs.k8s.io/yaml`.
 *
 * @throws YamlSyntaxError with the line and the column.
 * @throws StatusError `RequestEntityTooLarge` for a document that would take too long to read.
 */
export function parseYaml(text: string): ConvertedYaml {
  const lines = new LineCounter();
  try {
    const document = composeDocument(text, lines);
    if (document.errors.length > 0) throw describe(document.errors, lines);
    return yamlToJson(document, lines);
  } catch (error) {
    // Both the library and the conversion recurse.
    if (error instanceof RangeError) throw new YamlSyntaxError('exceeded max depth');
    throw error;
  }
}

/** Errors quote what they are about, which may be nearly all of a body. */
const maxProblemLength = 200;

/** A key that goes on in the next line is how a wrong indentation shows; upstream names the second line. */
function describe(errors: readonly YAMLParseError[], lines: LineCounter): YamlSyntaxError {
  const runOn = errors.find((error) => error.code === 'MULTILINE_IMPLICIT_KEY');
  if (runOn) {
    return new YamlSyntaxError('mapping values are not allowed in this context', lines.linePos(runOn.pos[1]));
  }
  const [first] = errors;
  const place = first && lines.linePos(first.pos[0]);
  // The library reports its own stack overflow as an error of the document.
  if (first?.message.startsWith('Maximum call stack'))
    return new YamlSyntaxError('exceeded max depth', place);
  return new YamlSyntaxError(first?.message.slice(0, maxProblemLength) ?? 'malformed document', place);
}
