import packageJson from '../../package.json' with { type: 'json' };

/** `version.Info`: the Kubernetes version whose API is served, and Berth's own behind the plus. */
export const versionInfo = {
  major: '1',
  minor: '36',
  gitVersion: `v1.36.0+berth.${packageJson.version}`,
  gitCommit: '',
  gitTreeState: '',
  buildDate: '',
  goVersion: '',
  compiler: `node ${process.versions.node}`,
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};
