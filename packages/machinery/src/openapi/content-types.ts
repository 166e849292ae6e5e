/** What bodies of a patch may be. */
export const patchContentTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** What answers may be. */
export const responseContentTypes = ['application/json', 'application/yaml'];

/** What answers of watches may be, beside. */
export const watchContentTypes = ['application/json;stream=watch'];
