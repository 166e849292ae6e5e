export { type AgentNode, type NodeAgent, type NodeAgentOptions, startNodeAgent } from './node-agent.ts';
