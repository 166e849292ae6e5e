import { describe, expect, it } from 'vitest';
import { created } from '../registry/decoded-fixture.ts';
import { pod } from '../pod/pod.ts';

function refusals(source: Record<string, unknown>): string[] {
  const spec = { containers: [{ name: 'c', image: 'nginx' }], volumes: [{ name: 'v', ...source }] };
  return created(pod, { metadata: { name: 'p' }, spec }).refusals;
}

describe('what a volume is refused for, as upstream says it', () => {
  it.each<readonly [Record<string, unknown>, string[]]>([
    [
      { emptyDir: { sizeLimit: '-1' } },
      ['spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity'],
    ],
    [{ hostPath: { path: '' } }, ['spec.volumes[0].hostPath.path: Required value']],
    [
      { hostPath: { path: '/a/../b', type: 'Odd' } },
      [
        'spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
        'spec.volumes[0].hostPath.type: Unsupported value: "Odd": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
    ],
    [
      { gitRepo: { repository: '', directory: '/x' } },
      [
        'spec.volumes[0].gitRepo.repository: Required value',
        'spec.volumes[0].gitRepo.directory: Invalid value: "/x": must be a relative path',
      ],
    ],
    [
      { gcePersistentDisk: { pdName: '', partition: 300 } },
      [
        'spec.volumes[0].persistentDisk.pdName: Required value',
        'spec.volumes[0].persistentDisk.partition: Invalid value: 300: must be between 1 and 255, inclusive',
      ],
    ],
    [
      { awsElasticBlockStore: { volumeID: '', partition: -1 } },
      [
        'spec.volumes[0].awsElasticBlockStore.volumeID: Required value',
        'spec.volumes[0].awsElasticBlockStore.partition: Invalid value: -1: must be between 1 and 255, inclusive',
      ],
    ],
    [
      {
        secret: {
          secretName: '',
          defaultMode: 1000,
          items: [
            { key: '', path: '' },
            { key: 'a', path: '../x', mode: -1 },
            { key: 'a', path: '..x' },
            { key: 'b', path: '/abs' },
          ],
        },
      },
      [
        'spec.volumes[0].secret.secretName: Required value',
        'spec.volumes[0].secret.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].secret.items[0].key: Required value',
        'spec.volumes[0].secret.items[0].path: Required value',
        'spec.volumes[0].secret.items[1].path: Invalid value: "../x": must not contain \'..\'',
        'spec.volumes[0].secret.items[1].mode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].secret.items[2].path: Invalid value: "..x": must not start with \'..\'',
        'spec.volumes[0].secret.items[3].path: Invalid value: "/abs": must be a relative path',
      ],
    ],
    [
      { nfs: { server: '', path: 'x' } },
      [
        'spec.volumes[0].nfs.server: Required value',
        'spec.volumes[0].nfs.path: Invalid value: "x": must be an absolute path',
      ],
    ],
    [
      { nfs: { server: '', path: '' } },
      [
        'spec.volumes[0].nfs.server: Required value',
        'spec.volumes[0].nfs.path: Required value',
        'spec.volumes[0].nfs.path: Invalid value: "": must be an absolute path',
      ],
    ],
    [
      { iscsi: { targetPortal: '', iqn: '', lun: 300 } },
      [
        'spec.volumes[0].iscsi.targetPortal: Required value',
        'spec.volumes[0].iscsi.iqn: Required value',
        'spec.volumes[0].iscsi.lun: Invalid value: 300: must be between 0 and 255, inclusive',
      ],
    ],
    [
      {
        iscsi: {
          targetPortal: 'a',
          iqn: 'iqn.2015-02.example.com:test',
          lun: 1,
          chapAuthDiscovery: true,
          initiatorName: 'foo',
        },
      },
      [
        'spec.volumes[0].iscsi.secretRef: Required value',
        'spec.volumes[0].iscsi.initiatorname: Invalid value: "foo": must be valid format starting with iqn, eui, or naa',
      ],
    ],
    [
      {
        iscsi: {
          targetPortal: 'x'.repeat(70),
          iqn: 'eui.0123456789abcdef',
          lun: 0,
          initiatorName: 'naa.bad',
        },
      },
      [
        'spec.volumes[0].iscsi.initiatorname: Invalid value: "naa.bad": must be valid format',
        'spec.volumes[0].name: Invalid value: "v": Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
      ],
    ],
    [
      { iscsi: { targetPortal: 'a', iqn: 'zzz', lun: 0 } },
      [
        'spec.volumes[0].iscsi.iqn: Invalid value: "zzz": must be valid format starting with iqn, eui, or naa',
      ],
    ],
    [
      { iscsi: { targetPortal: 'a', iqn: 'iqn.bad', lun: 0 } },
      ['spec.volumes[0].iscsi.iqn: Invalid value: "iqn.bad": must be valid format'],
    ],
    [
      { glusterfs: { endpoints: '', path: '' } },
      [
        'spec.volumes[0].glusterfs.endpoints: Required value',
        'spec.volumes[0].glusterfs.path: Required value',
      ],
    ],
    [
      { flocker: {} },
      ['spec.volumes[0].flocker: Required value: one of datasetName and datasetUUID is required'],
    ],
    [
      { flocker: { datasetName: 'a/b', datasetUUID: 'u' } },
      [
        'spec.volumes[0].flocker: Invalid value: "resource": datasetName and datasetUUID can not be specified simultaneously',
        'spec.volumes[0].flocker.datasetName: Invalid value: "a/b": must not contain \'/\'',
      ],
    ],
    [
      { persistentVolumeClaim: { claimName: '' } },
      ['spec.volumes[0].persistentVolumeClaim.claimName: Required value'],
    ],
    [
      { rbd: { monitors: [], image: '' } },
      ['spec.volumes[0].rbd.monitors: Required value', 'spec.volumes[0].rbd.image: Required value'],
    ],
    [
      { cinder: { volumeID: '', secretRef: {} } },
      [
        'spec.volumes[0].cinder.volumeID: Required value',
        'spec.volumes[0].cinder.secretRef.name: Required value',
      ],
    ],
    [{ cephfs: {} }, ['spec.volumes[0].cephfs.monitors: Required value']],
    [
      { quobyte: { registry: '', volume: '' } },
      [
        'spec.volumes[0].quobyte.registry: Required value: must be a host:port pair or multiple pairs separated by commas',
        'spec.volumes[0].quobyte.volume: Required value',
      ],
    ],
    [
      { quobyte: { registry: 'a,b:1', volume: 'v' } },
      [
        'spec.volumes[0].quobyte.registry: Invalid value: "a,b:1": must be a host:port pair or multiple pairs separated by commas',
      ],
    ],
    [
      { quobyte: { registry: 'a:1', volume: 'v', tenant: 't'.repeat(65) } },
      [
        'spec.volumes[0].quobyte.tenant: Required value: must be a UUID and may not exceed a length of 64 characters',
      ],
    ],
    [
      {
        downwardAPI: {
          defaultMode: -1,
          items: [
            { path: '' },
            {
              path: 'a',
              fieldRef: { fieldPath: 'metadata.name' },
              resourceFieldRef: { resource: 'limits.cpu', containerName: 'c' },
            },
            { path: '../b', fieldRef: { fieldPath: 'status.podIP' } },
            { path: 'x', resourceFieldRef: { resource: 'limits.cpu' } },
            { path: 'y', mode: 9999, fieldRef: { fieldPath: "metadata.labels['a']" } },
          ],
        },
      },
      [
        'spec.volumes[0].downwardAPI.defaultMode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].downwardAPI.path: Required value',
        'spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
        'spec.volumes[0].downwardAPI: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously',
        'spec.volumes[0].downwardAPI.path: Invalid value: "../b": must not contain \'..\'',
        'spec.volumes[0].downwardAPI.fieldRef.fieldPath: Unsupported value: "status.podIP": supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"',
        'spec.volumes[0].downwardAPI.resourceFieldRef.containerName: Required value',
        'spec.volumes[0].downwardAPI.mode: Invalid value: 9999: must be a number between 0 and 0777 (octal), both inclusive',
      ],
    ],
    [
      { fc: {} },
      [
        'spec.volumes[0].fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both',
      ],
    ],
    [
      { fc: { targetWWNs: ['a'], wwids: ['b'] } },
      [
        'spec.volumes[0].fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified simultaneously',
        'spec.volumes[0].fc.lun: Required value: lun is required if targetWWNs is specified',
      ],
    ],
    [
      { fc: { targetWWNs: ['a'], lun: 256 } },
      ['spec.volumes[0].fc.lun: Invalid value: 256: must be between 0 and 255, inclusive'],
    ],
    [
      { flexVolume: { driver: '', options: { 'kubernetes.io/a': 'b', 'x.k8s.io/y': 'z', ok: '1' } } },
      [
        'spec.volumes[0].flexVolume.driver: Required value',
        'spec.volumes[0].flexVolume.options[kubernetes.io/a]: Invalid value: "kubernetes.io/a": kubernetes.io and k8s.io namespaces are reserved',
        'spec.volumes[0].flexVolume.options[x.k8s.io/y]: Invalid value: "x.k8s.io/y": kubernetes.io and k8s.io namespaces are reserved',
      ],
    ],
    [
      { configMap: { name: '', items: [{ key: 'k', path: 'p', mode: 511 }] } },
      ['spec.volumes[0].configMap.name: Required value'],
    ],
    [
      { azureFile: { secretName: '', shareName: '' } },
      [
        'spec.volumes[0].azureFile.secretName: Required value',
        'spec.volumes[0].azureFile.shareName: Required value',
      ],
    ],
    [{ vsphereVolume: { volumePath: '' } }, ['spec.volumes[0].vsphereVolume.volumePath: Required value']],
    [{ photonPersistentDisk: { pdID: '' } }, ['spec.volumes[0].photonPersistentDisk.pdID: Required value']],
    [{ portworxVolume: { volumeID: '' } }, ['spec.volumes[0].portworxVolume.volumeID: Required value']],
    [
      { azureDisk: { diskName: '', diskURI: '' } },
      [
        'spec.volumes[0].azureDisk.diskName: Required value',
        'spec.volumes[0].azureDisk.diskURI: Required value',
        'spec.volumes[0].azureDisk.diskURI: Unsupported value: "": supported values: "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"',
      ],
    ],
    [
      { azureDisk: { diskName: 'a', diskURI: 'x', kind: 'Managed', cachingMode: 'Odd' } },
      [
        'spec.volumes[0].azureDisk.cachingMode: Unsupported value: "Odd": supported values: "None", "ReadOnly", "ReadWrite"',
        'spec.volumes[0].azureDisk.diskURI: Unsupported value: "x": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"',
      ],
    ],
    [
      { azureDisk: { diskName: 'a', diskURI: 'https://x', kind: 'Odd' } },
      [
        'spec.volumes[0].azureDisk.kind: Unsupported value: "Odd": supported values: "Dedicated", "Managed", "Shared"',
      ],
    ],
    [
      { storageos: { secretRef: { name: '' } } },
      [
        'spec.volumes[0].storageos.volumeName: Required value',
        'spec.volumes[0].storageos.secretRef.name: Required value',
      ],
    ],
    [
      { storageos: { volumeName: 'A_', volumeNamespace: 'B_' } },
      [
        "spec.volumes[0].storageos.volumeName: Invalid value: \"A_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        "spec.volumes[0].storageos.volumeNamespace: Invalid value: \"B_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
    [
      { scaleIO: { gateway: '', system: '', volumeName: '' } },
      [
        'spec.volumes[0].scaleIO.gateway: Required value',
        'spec.volumes[0].scaleIO.system: Required value',
        'spec.volumes[0].scaleIO.volumeName: Required value',
      ],
    ],
    [{ csi: { driver: '' } }, ['spec.volumes[0].csi.driver: Required value']],
    [
      { csi: { driver: 'X_Y', nodePublishSecretRef: { name: '' } } },
      [
        "spec.volumes[0].csi.driver: Invalid value: \"X_Y\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.volumes[0].csi.nodePublishSecretRef.name: Required value',
      ],
    ],
    [
      { csi: { driver: 'a.b', nodePublishSecretRef: { name: 'A' } } },
      [
        "spec.volumes[0].csi.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      { csi: { driver: 'd'.repeat(70) } },
      ['spec.volumes[0].csi.driver: Too long: may not be more than 63 bytes'],
    ],
    [{ ephemeral: {} }, ['spec.volumes[0].ephemeral.volumeClaimTemplate: Required value']],
    [
      { ephemeral: { volumeClaimTemplate: { metadata: { name: 'x', labels: { 'a b': 'c' } }, spec: {} } } },
      [
        "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
      ],
    ],
    [{ image: {} }, ['spec.volumes[0].image.reference: Required value']],
    [
      { image: { reference: 'a:1', pullPolicy: 'Odd' } },
      [
        'spec.volumes[0].image.pullPolicy: Unsupported value: "Odd": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
    [
      { emptyDir: {}, hostPath: { path: '/a' }, downwardAPI: {}, cephfs: { monitors: ['a'] } },
      [
        'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
        'spec.volumes[0].cephFS: Forbidden: may not specify more than 1 volume type',
        'spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type',
      ],
    ],
    [
      {
        projected: {
          defaultMode: -1,
          sources: [
            { secret: { name: '', items: [{ key: 'a', path: 'p' }] } },
            { configMap: { name: 'c', items: [{ key: 'a', path: 'p' }] } },
            { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
            { serviceAccountToken: { path: '', expirationSeconds: 5 } },
            { serviceAccountToken: { path: '../t', expirationSeconds: 8589934592 } },
            {},
          ],
        },
      },
      [
        'spec.volumes[0].projected.defaultMode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].projected.sources[0].secret.name: Required value',
        'spec.volumes[0].projected: Invalid value: "c": conflicting duplicate paths',
        'spec.volumes[0].projected: Invalid value: "p": conflicting duplicate paths',
        'spec.volumes[0].projected.sources[3].serviceAccountToken.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
        'spec.volumes[0].projected.path: Required value',
        'spec.volumes[0].projected.sources[4].serviceAccountToken.expirationSeconds: Invalid value: 8589934592: may not specify a duration larger than 2^32 seconds',
        'spec.volumes[0].projected.path: Invalid value: "../t": must not contain \'..\'',
      ],
    ],
    [
      { projected: { sources: [{ secret: { name: 'a' }, configMap: { name: 'b' } }] } },
      ['spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source'],
    ],
  ])('%j', (members, messages) => {
    expect(refusals(members)).toEqual(messages);
  });
});
