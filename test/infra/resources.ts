/** A resource of a deployment. A value that only Azure knows is an expression in brackets. */
export interface Resource<Properties = unknown> {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  readonly scope?: string;
  readonly identity?: { readonly type: string; readonly userAssignedIdentities: Readonly<Record<string, object>> };
  readonly properties: Properties;
}

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly probes: readonly Probe[];
}

export interface Probe {
  readonly type: 'Startup' | 'Liveness' | 'Readiness';
  readonly httpGet: { readonly path: string; readonly port: number };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** The properties that apps and jobs share. */
interface Job {
  readonly configuration: {
    readonly identitySettings: readonly { readonly identity: string; readonly lifecycle: string }[];
    readonly registries: readonly object[];
    readonly replicaTimeout?: number;
  };
  readonly template: { readonly containers: readonly [Container] };
}

interface App extends Job {
  readonly configuration: Job['configuration'] & {
    readonly ingress: {
      readonly allowInsecure: boolean;
      readonly external: boolean;
      readonly targetPort: number;
      readonly ipSecurityRestrictions: readonly { readonly action: string; readonly ipAddressRange: string }[];
      readonly customDomains: readonly object[];
    };
    readonly secrets: readonly object[];
  };
  readonly template: Job['template'] & {
    readonly scale: { readonly minReplicas: number; readonly maxReplicas: number };
    readonly terminationGracePeriodSeconds: number;
  };
}

interface SecurityRule {
  readonly name: string;
  readonly properties: { readonly access: string; readonly sourceAddressPrefix: string };
}

/** The properties that the tests read, by resource type; the compiler has checked that there are such properties. */
interface PropertiesOf {
  'Microsoft.App/containerApps': App;
  'Microsoft.App/jobs': Job;
  'Microsoft.App/managedEnvironments': {
    readonly vnetConfiguration: { readonly internal: boolean };
    readonly publicNetworkAccess: string;
    readonly zoneRedundant: boolean;
  };
  'Microsoft.App/managedEnvironments/managedCertificates': { readonly subjectName: string };
  'Microsoft.Authorization/roleAssignments': { readonly roleDefinitionId: string; readonly principalId: string };
  'Microsoft.ContainerRegistry/registries': object;
  'Microsoft.DBforPostgreSQL/flexibleServers': {
    readonly network: { readonly publicNetworkAccess?: string };
    readonly authConfig: object;
    readonly highAvailability: { readonly mode: string };
  };
  'Microsoft.Insights/components': object;
  'Microsoft.Insights/metricAlerts': {
    readonly scopes: readonly string[];
    readonly criteria: { readonly allOf: readonly [{ readonly threshold: number }] };
  };
  'Microsoft.Insights/scheduledQueryRules': {
    readonly criteria: { readonly allOf: readonly [{ readonly query: string }] };
  };
  'Microsoft.Network/networkSecurityGroups': { readonly securityRules?: readonly SecurityRule[] } | undefined;
  'Microsoft.OperationalInsights/workspaces': { readonly features: object };
}

/** Returns the resources of a type whose names begin with `prefix`. */
export const ofType = <T extends keyof PropertiesOf>(resources: readonly Resource[], type: T, prefix = '') =>
  resources.filter(
    (resource): resource is Resource<PropertiesOf[T]> => resource.type === type && resource.name.startsWith(prefix),
  );

/** Returns the apps and jobs whose names begin with `prefix`. */
export const containersOf = (resources: readonly Resource[], prefix = ''): readonly Resource<Job>[] => [
  ...ofType(resources, 'Microsoft.App/containerApps', prefix),
  ...ofType(resources, 'Microsoft.App/jobs', prefix),
];

/** Returns the variables of an app or a job. */
export const variablesOf = ({ properties }: Resource<Job>): Readonly<Record<string, string>> =>
  Object.fromEntries(properties.template.containers[0].env.map(({ name, value }) => [name, value]));
