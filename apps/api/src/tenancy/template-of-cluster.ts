import type { ClusterTemplate, Tenant } from '@berth/kinds';
import type { TenancyReader } from './tenancy-reader.ts';

/** The operator's namespace of the system cluster: templates that plans name are there. */
const operatorNamespace = 'default';

/** The template that a new cluster begins with, who chose it, and the template itself if there is one of that name. */
export interface ChosenTemplate {
  readonly name: string;
  readonly namespace: string;
  readonly chosenBy: string;
  readonly template: ClusterTemplate | undefined;
}

/** The cluster's own choice, else the tenant's, else its plan's; undefined if none of them names one. */
export async function templateOfCluster(
  reader: TenancyReader,
  { tenant, template }: { readonly tenant: Tenant; readonly template: string | undefined },
): Promise<ChosenTemplate | undefined> {
  const { name: tenantId } = tenant.metadata;
  const { clusterTemplate, plan: planName } = tenant.spec ?? {};
  const choose = async (name: string, namespace: string, chosenBy: string): Promise<ChosenTemplate> => ({
    name,
    namespace,
    chosenBy,
    template: await reader.template({ namespace, name }),
  });
  if (template) return choose(template, tenantId, 'the cluster');
  if (clusterTemplate) return choose(clusterTemplate, tenantId, `tenant "${tenantId}"`);
  const plan = planName ? await reader.plan(planName) : undefined;
  const planned = plan?.spec?.clusterTemplate;
  return planned ? choose(planned, operatorNamespace, `plan "${planName}"`) : undefined;
}
