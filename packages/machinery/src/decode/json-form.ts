/**
 * How messages look in JSON that are not objects of their fields there.
 * - `rawJson`: any JSON, kept as it is (`RawExtension`, `FieldsV1`, a schema's `default`).
 * - `schemaOr…`: a JSON schema, or the other thing.
 * - `stringList`: a bare list (`Verbs`, `ExtraValue`).
 */
export type JsonForm =
  | 'time'
  | 'microTime'
  | 'duration'
  | 'quantity'
  | 'intOrString'
  | 'rawJson'
  | 'schemaOrBool'
  | 'schemaOrList'
  | 'schemaOrStringList'
  | 'stringList';

const formsByName: Readonly<Record<string, JsonForm>> = {
  'meta.v1.Time': 'time',
  'meta.v1.Timestamp': 'time',
  'meta.v1.MicroTime': 'microTime',
  'meta.v1.Duration': 'duration',
  'meta.v1.FieldsV1': 'rawJson',
  'meta.v1.Verbs': 'stringList',
  'api.resource.Quantity': 'quantity',
  'api.resource.QuantityValue': 'quantity',
  'util.intstr.IntOrString': 'intOrString',
  'pkg.runtime.RawExtension': 'rawJson',
  'apiextensions.v1.JSON': 'rawJson',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'schemaOrBool',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'schemaOrList',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'schemaOrStringList',
  'apiextensions.v1beta1.JSON': 'rawJson',
  'apiextensions.v1beta1.JSONSchemaPropsOrBool': 'schemaOrBool',
  'apiextensions.v1beta1.JSONSchemaPropsOrArray': 'schemaOrList',
  'apiextensions.v1beta1.JSONSchemaPropsOrStringArray': 'schemaOrStringList',
  'authentication.v1.ExtraValue': 'stringList',
  'authentication.v1beta1.ExtraValue': 'stringList',
  'authorization.v1.ExtraValue': 'stringList',
  'authorization.v1beta1.ExtraValue': 'stringList',
  'certificates.v1.ExtraValue': 'stringList',
  'certificates.v1beta1.ExtraValue': 'stringList',
};

/** The JSON form of a message, or `undefined` for an object of its fields. */
export function jsonFormOf(message: string): JsonForm | undefined {
  return formsByName[message.split('.').slice(-3).join('.')];
}
