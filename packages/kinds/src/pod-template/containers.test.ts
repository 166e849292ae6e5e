import { describe, expect, it } from 'vitest';
import { created } from '../registry/decoded-fixture.ts';
import { pod } from '../pod/pod.ts';

/** `container` are members of the pod's only container. */
function refusals({ container, ...spec }: Record<string, unknown>): string[] {
  const containers = [{ name: 'c', image: 'nginx', ...(container as object) }];
  return created(pod, { metadata: { name: 'p' }, spec: { containers, ...spec } }).refusals;
}

describe('what a container is refused for, as upstream says it', () => {
  it.each<readonly [Record<string, unknown>, string[]]>([
    [{ containers: [] }, ['spec.containers: Required value']],
    [
      { containers: [{}] },
      ['spec.containers[0].name: Required value', 'spec.containers[0].image: Required value'],
    ],
    [
      { containers: [{ name: 'A_b', image: '' }] },
      [
        "spec.containers[0].name: Invalid value: \"A_b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        'spec.containers[0].image: Required value',
      ],
    ],
    [
      { containers: [{ name: 'c', image: ' x ' }] },
      ['spec.containers[0].image: Invalid value: " x ": must not have leading or trailing whitespace'],
    ],
    [
      {
        containers: [
          { name: 'c', image: 'a' },
          { name: 'c', image: 'b' },
        ],
      },
      ['spec.containers[1].name: Duplicate value: "c"'],
    ],
    [
      { container: { imagePullPolicy: 'Odd' } },
      [
        'spec.containers[0].imagePullPolicy: Unsupported value: "Odd": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
    [
      { container: { terminationMessagePolicy: 'X' } },
      [
        'spec.containers[0].terminationMessagePolicy: Unsupported value: "X": supported values: "File", "FallbackToLogsOnError"',
      ],
    ],
    [
      { container: { ports: [{ containerPort: 0 }] } },
      ['spec.containers[0].ports[0].containerPort: Required value'],
    ],
    [
      {
        container: {
          ports: [
            { containerPort: 80, name: 'a' },
            { containerPort: 81, name: 'a' },
            { containerPort: 70000, hostPort: -1, protocol: 'HTTP', name: 'BAD--name-which-is-too-long' },
          ],
        },
      },
      [
        'spec.containers[0].ports[1].name: Duplicate value: "a"',
        'spec.containers[0].ports[2].name: Invalid value: "BAD--name-which-is-too-long": must be no more than 15 characters',
        'spec.containers[0].ports[2].name: Invalid value: "BAD--name-which-is-too-long": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.containers[0].ports[2].name: Invalid value: "BAD--name-which-is-too-long": must not contain consecutive hyphens',
        'spec.containers[0].ports[2].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
        'spec.containers[0].ports[2].hostPort: Invalid value: -1: must be between 1 and 65535, inclusive',
        'spec.containers[0].ports[2].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
      ],
    ],
    [
      {
        container: {
          ports: [
            { containerPort: 80, hostPort: 8080 },
            { containerPort: 81, hostPort: 8080 },
            { containerPort: 82, hostIP: '1.2.3.4' },
          ],
        },
      },
      ['spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//8080"'],
    ],
    [
      {
        container: { ports: [{ containerPort: 80, name: 'a' }] },
        initContainers: [
          {
            name: 'i',
            image: 'x',
            ports: [
              { containerPort: 80, name: 'a', hostPort: 5 },
              { containerPort: 80, hostPort: 5 },
            ],
          },
        ],
      },
      ['spec.initContainers[0].ports[1].hostPort: Duplicate value: "TCP//5"'],
    ],
    [
      { container: { ports: [{ containerPort: 80, hostPort: 81 }] }, hostNetwork: true },
      [
        'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
      ],
    ],
    [
      {
        container: {
          env: [
            { name: '', value: 'x' },
            { name: 'A=B' },
            { name: 'é' },
            { name: 'ok', value: 'v', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'n', valueFrom: {} },
          ],
        },
      },
      [
        'spec.containers[0].env[0].name: Required value',
        'spec.containers[0].env[1].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
        'spec.containers[0].env[2].name: Invalid value: "é": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
        'spec.containers[0].env[3].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
        'spec.containers[0].env[4].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ],
    ],
    [
      {
        container: {
          env: [{ name: 'd', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'a', key: 'k' } } }],
        },
        volumes: [{ name: 'v', secret: { secretName: 'x' } }],
      },
      [
        'spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "v": referenced volume must be of type emptyDir',
      ],
    ],
    [
      {
        container: {
          envFrom: [
            {},
            { prefix: '=', configMapRef: { name: '' } },
            { secretRef: { name: 'A' }, configMapRef: { name: 'ok' } },
            { configMapRef: { name: 'a-' } },
          ],
        },
      },
      [
        'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
        'spec.containers[0].envFrom[1].prefix: Invalid value: "=": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
        'spec.containers[0].envFrom[1].configMapRef.name: Required value',
        "spec.containers[0].envFrom[2].secretRef.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.containers[0].envFrom: Invalid value: "": may not have more than one field specified at a time',
      ],
    ],
    [
      {
        container: {
          resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '2', memory: '1Gi' } },
        },
      },
      [
        'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      ],
    ],
    [
      { container: { resources: { limits: { cpu: '-1' } } } },
      [
        'spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      ],
    ],
    [
      { container: { resources: { limits: { 'hugepages-2Mi': '3Mi' } } } },
      [
        'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
        'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
        'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
      ],
    ],
    [
      {
        container: {
          resources: { limits: { 'hugepages-2Mi': '4Mi', cpu: '1' }, requests: { 'hugepages-2Mi': '2Mi' } },
        },
      },
      [
        'spec.containers[0].resources.requests: Invalid value: "2Mi": must be equal to hugepages-2Mi limit of 4Mi',
      ],
    ],
    [
      { container: { resources: { requests: { 'example.com/gpu': '1' } } } },
      [
        'spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources',
      ],
    ],
    [
      { container: { resources: { limits: { 'hugepages-x': '3Mi', cpu: '1' } } } },
      [
        'spec.containers[0].resources.limits[hugepages-x]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-x',
        'spec.containers[0].resources.requests[hugepages-x]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-x',
      ],
    ],
    [
      {
        container: {
          resources: { claims: [{ name: 'a' }, { name: 'a' }, { name: '' }, { name: 'b', request: 'R' }] },
        },
      },
      [
        'spec.containers[0].resources.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty',
        'spec.containers[0].resources.claims[1]: Duplicate value: "a"',
        'spec.containers[0].resources.claims[1]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty',
        'spec.containers[0].resources.claims[2]: Required value',
        "spec.containers[0].resources.claims[3].request: Invalid value: \"R\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        'spec.containers[0].resources.claims[3]: Not found: "b": must be one of the names in pod.spec.resourceClaims which is empty',
      ],
    ],
    [
      {
        container: { resources: { requests: { cpu: '1' }, limits: { cpu: '3', memory: '1Gi' } } },
        resources: { limits: { cpu: '2' } },
      },
      [
        'spec.resources.containers[0][cpu].limits: Invalid value: "3": must be less than or equal to pod limits of 2',
      ],
    ],
    [
      {
        container: { resources: { requests: { cpu: '2' } } },
        resources: { requests: { cpu: '1', memory: '1Gi' } },
        initContainers: [
          { name: 'i', image: 'x', restartPolicy: 'Always', resources: { requests: { memory: '2Gi' } } },
        ],
      },
      [
        'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
        'spec.resources.requests[memory]: Invalid value: "1Gi": must be greater than or equal to aggregate container requests of 2Gi',
      ],
    ],
    [
      { resources: { limits: { foo: '2', storage: '1' }, claims: [{ name: 'a' }] } },
      [
        'spec.resources.claims: Forbidden: claims may not be set for Resources at pod-level',
        'spec.resources.limits[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
        'spec.resources.limits[storage]: Unsupported value: "storage": supported values: "cpu", "hugepages-", "memory"',
        'spec.resources.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty',
      ],
    ],
    [
      {
        container: { resources: { limits: { 'hugepages-2Mi': '4Mi', cpu: '1' } } },
        resources: { limits: { memory: '1Gi', 'hugepages-2Mi': '2Mi' } },
      },
      [
        'spec.resources.requests[hugepages-2Mi]: Invalid value: "2Mi": must be greater than or equal to aggregate container requests of 4Mi',
        'spec.resources.limits[hugepages-2Mi]: Invalid value: "2Mi": must be greater than or equal to aggregate container limits of 4Mi',
        'spec.resources.containers[0][hugepages-2Mi].limits: Invalid value: "4Mi": must be less than or equal to pod limits of 2Mi',
      ],
    ],
    [
      { resources: { limits: { cpu: '1' } }, os: { name: 'windows' } },
      ['spec.resources: Forbidden: may not be set for a windows pod'],
    ],
    [
      {
        container: {
          resizePolicy: [
            { resourceName: 'cpu', restartPolicy: 'NotRequired' },
            { resourceName: 'cpu', restartPolicy: 'X' },
            { resourceName: 'foo', restartPolicy: '' },
          ],
        },
      },
      [
        'spec.containers[0].resizePolicy[1]: Duplicate value: "cpu"',
        'spec.containers[0].resizePolicy: Unsupported value: "X": supported values: "NotRequired", "RestartContainer"',
        'spec.containers[0].resizePolicy: Unsupported value: "foo": supported values: "cpu", "memory"',
        'spec.containers[0].resizePolicy: Required value',
      ],
    ],
    [
      {
        container: { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] },
        restartPolicy: 'Never',
      },
      [
        "spec.containers[0].resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when pod `restartPolicy` is 'Never'",
      ],
    ],
    [
      { container: { restartPolicy: 'Odd' } },
      [
        'spec.containers[0].restartPolicy: Unsupported value: "Odd": supported values: "Always", "Never", "OnFailure"',
      ],
    ],
    [
      { container: { restartPolicyRules: [{ action: 'X' }] } },
      [
        'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
        'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "X": supported values: "Restart", "RestartAllContainers"',
        'spec.containers[0].restartPolicyRules[0].exitCodes: Required value: must be specified',
      ],
    ],
    [
      {
        container: {
          restartPolicy: 'Never',
          restartPolicyRules: [
            { action: 'Restart', exitCodes: { operator: 'X', values: [1] } },
            { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } },
          ],
        },
      },
      [
        'spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: "X": supported values: "In", "NotIn"',
      ],
    ],
    [
      { container: { livenessProbe: {} } },
      ['spec.containers[0].livenessProbe: Required value: must specify a handler type'],
    ],
    [
      {
        container: {
          livenessProbe: {
            httpGet: { port: 'Bad_', scheme: 'FTP', httpHeaders: [{ name: 'a b', value: '' }] },
            successThreshold: 2,
            timeoutSeconds: -1,
            terminationGracePeriodSeconds: 0,
          },
        },
      },
      [
        'spec.containers[0].livenessProbe.httpGet.port: Invalid value: "Bad_": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.containers[0].livenessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"',
        "spec.containers[0].livenessProbe.httpGet.httpHeaders: Invalid value: \"a b\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
        'spec.containers[0].livenessProbe.timeoutSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.containers[0].livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0',
        'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      ],
    ],
    [
      {
        container: {
          readinessProbe: {
            exec: {},
            tcpSocket: { port: 0 },
            grpc: { port: 1 },
            terminationGracePeriodSeconds: 5,
            initialDelaySeconds: -1,
            periodSeconds: -1,
            successThreshold: -1,
            failureThreshold: -2,
          },
        },
      },
      [
        'spec.containers[0].readinessProbe.exec.command: Required value',
        'spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
        'spec.containers[0].readinessProbe.grpc: Forbidden: may not specify more than 1 handler type',
        'spec.containers[0].readinessProbe.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.containers[0].readinessProbe.successThreshold: Invalid value: -1: must be greater than or equal to 0',
        'spec.containers[0].readinessProbe.failureThreshold: Invalid value: -2: must be greater than or equal to 0',
        'spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes',
      ],
    ],
  ])('%j', (members, messages) => {
    expect(refusals(members)).toEqual(messages);
  });
});
