import type { MountPlan } from './mount-plan.ts';

export interface LaunchScript {
  /** Absolute path of the attempt's directory. */
  readonly directory: string;
  /** Absolute path of `identity.sh`. */
  readonly identityScript: string;
  /** Absent where the container has no mounts of its own. */
  readonly mounts?: { readonly plan: MountPlan; readonly unshare: readonly string[] };
  readonly workingDirectory: string;
  readonly environment: ReadonlyMap<string, string>;
  /** `cgroup.procs` files that the container's process joins before anything else. */
  readonly cgroups: readonly string[];
  /** The command and its arguments, expanded. */
  readonly command: readonly [string, ...string[]];
}

/**
 * The shell script that becomes a container's first process. It stays the same process from its first line to the command
 * (it only ever execs), so the identity that it records is the container's. Its environment is never in an argument
 * that other users could read for longer than an exec takes, and the script is readable by its owner alone.
 */
export function launchScript(script: LaunchScript): string {
  const { directory, mounts, workingDirectory, environment, command } = script;
  const own = quote(`${directory}/launch.sh`);
  const [program] = command;
  const variables = [...environment].map(([name, value]) => quote(`${name}=${value}`));
  return [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'umask 022',
    `cd ${quote(directory)} || exit 128`,
    `. ${quote(script.identityScript)}`,
    `fail() { cd ${quote(directory)}; printf '%s' "$1" >start-error.tmp; mv start-error.tmp start-error; exit 128; }`,
    `try() { output=$("$@" 2>&1) || fail "$output"; }`,
    ...joinCgroups(script.cgroups),
    ...(mounts === undefined ? [] : mountStages(directory, mounts)),
    `cd ${quote(workingDirectory)} 2>/dev/null || fail ${quote(`chdir to cwd (${goString(workingDirectory)}) failed: no such file or directory`)}`,
    ...resolveProgram(program, environment.get('PATH') ?? ''),
    // An agent that takes the attempt for lost makes this directory first, and then it must not begin.
    `mkdir ${quote(`${directory}/started`)} 2>/dev/null || exit 128`,
    `record ${quote(`${directory}/process`)}`,
    `rm -f ${own}`,
    `exec /usr/bin/env -i ${[...variables, ...command.map(quote)].join(' ')}`,
    '',
  ].join('\n');
}

/** In the first stage, while the machine's own file system is there; the later ones are the same process. */
function joinCgroups(files: readonly string[]): string[] {
  if (files.length === 0) return [];
  const lines = files.map((file) => `  echo "$$" >${quote(file)} || fail ${quote(`cannot join ${file}`)}`);
  return [`if [ "$1" = '' ]; then`, ...lines, 'fi'];
}

function mountStages(directory: string, { plan, unshare }: NonNullable<LaunchScript['mounts']>): string[] {
  const own = quote(`${directory}/launch.sh`);
  const root = plan.needsOwnRoot ? `${directory}/root` : '';
  const enter = plan.needsOwnRoot ? [`  exec chroot ${quote(root)} /bin/sh ${own} command`] : [];
  return [
    'case $1 in',
    `'')`,
    `  exec ${unshare.map(quote).join(' ')} /bin/sh ${own} mount`,
    '  ;;',
    'mount)',
    ...(plan.needsOwnRoot ? ownRoot(root) : []),
    ...plan.overlays.flatMap((overlay, index) => overlayLines(overlay, { directory, root, index })),
    ...plan.mounts.flatMap(({ source, target, kind }) => bindLines(source, `${root}${target}`, kind)),
    // Last, since a mount inside another may need its place made in it.
    ...plan.mounts
      .filter(({ readOnly }) => readOnly)
      .map(({ target }) => `  try mount -o remount,bind,ro ${quote(`${root}${target}`)}`),
    ...enter,
    '  ;;',
    'esac',
  ];
}

/** A root in memory in which every entry of the machine's root appears. */
function ownRoot(root: string): string[] {
  const at = quote(root);
  return [
    `  try mkdir -p ${at}`,
    `  try mount -t tmpfs -o mode=755 tmpfs ${at}`,
    '  for entry in /* /.[!.]*; do',
    `    if [ -L "$entry" ]; then try cp -P "$entry" ${at}"$entry"`,
    `    elif [ -d "$entry" ]; then try mkdir ${at}"$entry"; try mount --rbind "$entry" ${at}"$entry"`,
    `    elif [ -f "$entry" ]; then : >${at}"$entry"; try mount --bind "$entry" ${at}"$entry"`,
    '    fi',
    '  done',
  ];
}

function overlayLines(
  { directory: lower, submounts }: MountPlan['overlays'][number],
  place: { readonly directory: string; readonly root: string; readonly index: number },
): string[] {
  const memory = `${place.directory}/overlay-${place.index}`;
  const options = `lowerdir=${lower},upperdir=${memory}/upper,workdir=${memory}/work`;
  return [
    `  try mkdir -p ${quote(memory)}`,
    `  try mount -t tmpfs -o mode=755 tmpfs ${quote(memory)}`,
    `  try mkdir ${quote(`${memory}/upper`)} ${quote(`${memory}/work`)}`,
    `  try mount -t overlay -o ${quote(options)} overlay ${quote(`${place.root}${lower}`)}`,
    ...submounts.map((path) => `  try mount --bind ${quote(path)} ${quote(`${place.root}${path}`)}`),
  ];
}

function bindLines(source: string, target: string, kind: 'directory' | 'file'): string[] {
  const at = quote(target);
  const parent = quote(target.slice(0, target.lastIndexOf('/')) || '/');
  const make =
    kind === 'directory'
      ? `[ -d ${at} ] || try mkdir -p ${at}`
      : `[ -e ${at} ] || { try mkdir -p ${parent}; : >${at}; }`;
  return [`  ${make}`, `  try mount --bind ${quote(source)} ${at}`];
}

/** Looks the program up as exec would, for an error that says what is wrong. */
function resolveProgram(program: string, path: string): string[] {
  const name = quote(program);
  const error = (what: string) => `fail ${quote(`exec: ${goString(program)}: ${what}`)}`;
  if (program.includes('/')) {
    return [
      `[ -e ${name} ] || ${error(`stat ${program}: no such file or directory`)}`,
      `[ -d ${name} ] && ${error('is a directory')}`,
      `[ -x ${name} ] || ${error('permission denied')}`,
    ];
  }
  const places = path
    .split(':')
    .map((directory) => quote(`${directory === '' ? '.' : directory}/${program}`));
  return [
    'found=',
    `for place in ${places.join(' ')}; do`,
    '  if [ -x "$place" ] && [ ! -d "$place" ]; then found=yes; break; fi',
    'done',
    `[ -n "$found" ] || ${error('executable file not found in $PATH')}`,
  ];
}

/** A word of the shell that stands for exactly `text`. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function goString(text: string): string {
  return JSON.stringify(text);
}
