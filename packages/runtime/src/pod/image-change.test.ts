import type { Container, Pod } from '@berth/kinds';
import { describe, expect, it } from 'vitest';
import { ScriptedPod } from '../testing/scripted-driver.ts';

const withImage = ({ spec, ...pod }: Pod, image: string): Pod => ({
  ...pod,
  spec: { ...spec, containers: (spec?.containers ?? []).map((container) => ({ ...container, image })) },
});
const container: Container = { name: 'main', image: 'web:1' };

describe('a container whose image was changed', () => {
  it.each(['Always', 'Never'] as const)(
    'runs again with the new one, by policy %s',
    async (restartPolicy) => {
      const pod = new ScriptedPod({ spec: { restartPolicy, containers: [container] } });
      await pod.begin();
      pod.machine.activate(withImage(pod.pod, 'web:2'));
      await pod.clock.advance(0);
      expect(pod.journal).toEqual(['0s start main#0', '0s SIGTERM main#0', '0s start main#1']);
      expect(pod.messages('Killing')).toEqual(['Container main definition changed, will be restarted']);
      expect(pod.status('main')).toMatchObject({ image: 'web:2', restartCount: 1 });
      pod.machine.activate(withImage(pod.pod, 'web:2'));
      await pod.clock.advance(0);
      expect(pod.journal).toHaveLength(3);
    },
  );

  it('shows the one that it runs until it has ended', async () => {
    const pod = new ScriptedPod({ spec: { containers: [container] }, obeys: () => false });
    await pod.begin();
    pod.machine.activate(withImage(pod.pod, 'web:2'));
    await pod.clock.advance(1_000);
    expect(pod.status('main')).toMatchObject({ image: 'web:1', restartCount: 0 });
  });
});
